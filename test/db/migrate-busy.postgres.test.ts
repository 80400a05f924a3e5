import { describe, expect, it } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { countWaitingForLocks, useDatabase } from '../support/database.ts';

const database = useDatabase();

describe('A migration whose tables are used by others', () => {
  const tableLocks = { timeoutMs: 50, pauseMs: 1, attempts: 3 };

  it('A migration gives up after some attempts, without keeping others waiting behind it', async () => {
    const { pool } = database.database;
    const other = await pool.connect();
    await other.query('BEGIN; LOCK TABLE drizzle.__drizzle_migrations');
    const busy = migrate(database.database, { queueInPostgres: false, tableLocks });
    await expect(busy).rejects.toMatchObject({ code: 'DATABASE_BUSY' });
    await other.query('ROLLBACK');
    other.release();
    await migrate(database.database, { queueInPostgres: false, tableLocks });
  });

  it('A migration goes on as soon as the tables are free', async () => {
    const { pool } = database.database;
    const other = await pool.connect();
    await other.query('BEGIN; LOCK TABLE drizzle.__drizzle_migrations');
    const attempts = 1_000_000;
    const options = { queueInPostgres: false, tableLocks: { ...tableLocks, attempts } };
    const migrated = migrate(database.database, options);
    let isWaiting = false;
    while (!isWaiting) {
      isWaiting = (await countWaitingForLocks(other)) > 0;
    }
    await other.query('ROLLBACK');
    other.release();
    await migrated;
    const { rows } = await pool.query('SHOW lock_timeout');
    expect(rows).toEqual([{ lock_timeout: '0' }]);
  });
});
