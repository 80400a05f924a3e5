import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { openServerDatabase } from '../../../src/db/client.ts';
import { attachPartition, createPartition } from '../../../src/db/deliveries/partitions.ts';
import {
  type AttemptRecord,
  type NextAttempt,
  recordAttempts,
} from '../../../src/db/deliveries/record-attempts.ts';
import { useDatabase } from '../../support/database.ts';
import { describeOnPostgres } from '../../support/describe-on-postgres.ts';

/** A pool whose server forgets prepared statements, as behind PgBouncer in transaction mode. */
function forgetfulPool(code: string): { pool: pg.Pool; asked: (string | undefined)[] } {
  const asked: (string | undefined)[] = [];
  const query = async ({ name }: { name?: string }) => {
    asked.push(name);
    if (name !== undefined) throw Object.assign(new Error('prepared statement'), { code });
    return { rows: [{ results: 0, going: ['11'] }] };
  };
  return { pool: { query } as unknown as pg.Pool, asked };
}

const nothing = { results: [], next: [], now: new Date(0) };

describe('The statement that records', () => {
  it.each(['26000', '42P05'])('is asked without a name where names get lost (%s)', async (code) => {
    const { pool, asked } = forgetfulPool(code);
    expect(await recordAttempts(pool, 7, nothing)).toEqual({
      resultCount: 0,
      sendableIds: new Set([11]),
    });
    await recordAttempts(pool, 7, nothing);
    expect(asked).toEqual(['record-7', undefined, undefined]);
  });

  it('passes other troubles on', async () => {
    const { pool } = forgetfulPool('57014');
    await expect(recordAttempts(pool, 7, nothing)).rejects.toMatchObject({ code: '57014' });
  });
});

describeOnPostgres('The statement that records, on a server', () => {
  const database = useDatabase();

  it('is planned once, however few are recorded at a time', async () => {
    const { rows } = await database.database.pool.query('SELECT current_database() AS name');
    const url = new URL(process.env.TEST_DATABASE_URL ?? '');
    url.pathname = rows[0].name;
    const one = openServerDatabase(url.href, { connections: 1 });
    await createPartition(one.db, 7);
    await one.pool.query(`
      INSERT INTO deliveries_7 (digest_id, subscriber_id, batch, state, send_at, next_at, attempts, updated_at)
      SELECT 7, n, n / 200, 'pending', 'epoch', 'epoch', 0, 'epoch' FROM generate_series(1, 20000) AS n`);
    await attachPartition(one.db, 7);
    for (let count = 0; count < 12; count += 1) await recordAttempts(one.pool, 7, eight());
    const plans = await one.pool.query(
      `SELECT generic_plans::int AS generic, custom_plans::int AS custom
       FROM pg_prepared_statements WHERE name = 'record-7'`,
    );
    // PostgreSQL plans the first five executions for their values, to have something to compare with.
    expect(plans.rows).toEqual([{ generic: 7, custom: 5 }]);
    await one.close();
  });
});

function eight(): { results: AttemptRecord[]; next: NextAttempt[]; now: Date } {
  const now = new Date('2026-05-08T07:00:00Z');
  const ids = Array.from({ length: 8 }, (_, n) => n + 1);
  return {
    results: ids.map((subscriberId) => ({
      subscriberId,
      leaseId: 1,
      attempts: 1,
      state: 'sent',
    })),
    next: ids.map((subscriberId) => ({
      subscriberId: subscriberId + 8,
      leaseId: 1,
      attempts: 1,
      selection: [{ rank: 0, reason: 'Because you follow Agents.' }],
      messageId: '<1@example.org>',
      messageDate: now,
    })),
    now,
  };
}
