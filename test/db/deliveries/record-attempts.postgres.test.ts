import { describe, expect, it } from 'vitest';
import { openServerDatabase } from '../../../src/db/client.ts';
import { attachPartition, createPartition } from '../../../src/db/deliveries/partitions.ts';
import {
  type AttemptRecord,
  type NextAttempt,
  recordAttempts,
} from '../../../src/db/deliveries/transitions/record-attempts.ts';
import { useDatabase } from '../../support/database.ts';
import { requireServerUrl } from '../../support/database-server.ts';

describe('The prepared statement that records attempts', () => {
  const database = useDatabase();

  it('The statement that records attempts gets a generic plan, however few it records at a time', async () => {
    const { rows } = await database.database.pool.query('SELECT current_database() AS name');
    const url = new URL(requireServerUrl());
    url.pathname = rows[0].name;
    const one = openServerDatabase(url.href, { connections: 1 });
    await createPartition(one.db, 7);
    await one.pool.query(`
      INSERT INTO deliveries_7 (digest_id, subscriber_id, batch, state, send_at, next_at, expires_at, attempts, updated_at)
      SELECT 7, n, n / 200, 'pending', 'epoch', 'epoch', 'epoch', 0, 'epoch' FROM generate_series(1, 20000) AS n`);
    await attachPartition(one.db, 7);
    for (let count = 0; count < 12; count += 1) await recordAttempts(one.pool, 7, eight());
    const plans = await one.pool.query(
      `SELECT generic_plans::int AS generic, custom_plans::int AS custom
       FROM pg_prepared_statements WHERE name = 'record-7'`,
    );
    // PostgreSQL makes custom plans for the first five executions, to compare the generic one with.
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
      selection: [
        { rank: 0, reason: { remark: null, match: { kind: 'topics', topics: ['agents'] } } },
      ],
      messageId: '<1@example.org>',
      messageDate: now,
    })),
    now,
  };
}
