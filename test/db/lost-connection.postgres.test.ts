import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { openServerDatabase } from '../../src/db/client.ts';
import { requireServerUrl } from '../support/database-server.ts';

describe('A connection that the server ends', () => {
  it('A connection lost between two queries of a transaction fails the transaction, not the process', async () => {
    const database = openServerDatabase(requireServerUrl(), { connections: 2 });
    const isThere = async (pid: unknown) => {
      const { rows } = await database.pool.query('SELECT FROM pg_stat_activity WHERE pid = $1', [
        pid,
      ]);
      return rows.length > 0;
    };
    const held = database.db.transaction(async (tx) => {
      const { rows } = await tx.execute(sql`SELECT pg_backend_pid() AS pid`);
      await database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      while (await isThere(rows[0]?.pid));
      await tx.execute(sql`SELECT 1`);
    });
    await expect(held).rejects.toThrow();
    expect(await isThere(0)).toBe(false);
    await database.close();
  });
});
