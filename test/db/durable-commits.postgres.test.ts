import { expect, it } from 'vitest';
import { openServerDatabase } from '../../src/db/client.ts';
import { openTestDatabase } from '../support/database.ts';

it.each([
  ['off', 'on'],
  ['local', 'on'],
  ['remote_apply', 'remote_apply'],
])(
  'Where the database sets synchronous_commit to %s, a connection has it %s',
  async (setting, expected) => {
    const test = await openTestDatabase();
    const url = test.url ?? '';
    const name = new URL(url).pathname.slice(1);
    await test.database.pool.query(`ALTER DATABASE "${name}" SET synchronous_commit TO ${setting}`);
    const database = openServerDatabase(url, { connections: 1 });
    const { rows } = await database.pool.query(
      `SELECT current_setting('synchronous_commit') AS is`,
    );
    expect(rows).toEqual([{ is: expected }]);
    await database.close();
    await test.close();
  },
);
