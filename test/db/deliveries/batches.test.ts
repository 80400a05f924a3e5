import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { Db } from '../../../src/db/client.ts';
import {
  listDueBatches,
  listUpcomingBatches,
  MAX_LISTED_BATCHES,
  releaseBatches,
} from '../../../src/db/deliveries/batches.ts';
import { buildPaperOf, useDigestFixture } from '../../services/digests/digest-fixture.ts';
import { FRIDAY } from '../../support/clock.ts';
import { storeManySubscribers, storePapers } from '../../support/rows.ts';

const SUBSCRIBERS = 6000;
const THEIR_BATCHES = 30;
const OLD_BATCHES = 20_000;
const { compose, database } = useDigestFixture();

/** Stores the batches of an earlier digest and has the planner analyse them. */
async function fillOldBatches(): Promise<void> {
  const { db } = database;
  await db.execute(sql`
    WITH old AS (
      INSERT INTO digests (kind, date, number, composed_at, audience)
      VALUES ('daily', '2026-05-01', 1, '2026-05-01T05:30:00Z', 0) RETURNING id, composed_at
    )
    INSERT INTO batches (digest_id, batch, send_at, due_at, is_immediate, claims, states, counted_at)
    SELECT id, batch, composed_at, NULL, false, 1, '{"sent": 200}', composed_at
    FROM old CROSS JOIN generate_series(1, ${OLD_BATCHES}::int) AS batch`);
  await db.execute(sql`ANALYZE batches`);
}

/** Stores a digest with one batch more than are listed at once, each due before the last one. */
async function fillDueBatches(): Promise<void> {
  await database.db.execute(sql`
    WITH digest AS (
      INSERT INTO digests (kind, date, number, composed_at, audience)
      VALUES ('daily', ${FRIDAY}, 1, '2026-05-08T05:30:00Z', 0) RETURNING id
    )
    INSERT INTO batches (digest_id, batch, send_at, due_at, expires_at, is_immediate, claims, states, counted_at)
    SELECT id, batch, moment, moment, '2026-05-09T07:00:00Z', false, 0, '{"pending": 200}', moment
    FROM digest CROSS JOIN generate_series(0, ${MAX_LISTED_BATCHES}::int) AS batch
    CROSS JOIN LATERAL (
      SELECT '2026-05-08T07:00:00Z'::timestamptz - make_interval(secs => batch / 1000.0) AS moment
    ) AS due`);
}

/** Rows of `batches` read so far. Includes reads of earlier transactions that the session has
 *  not reported yet: PostgreSQL reports them once a second. */
async function countRowsRead(db: Db): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(sql`
    SELECT (seq_tup_read + idx_tup_fetch)::int AS count
    FROM pg_stat_xact_user_tables WHERE relname = 'batches'`);
  return rows[0]?.count ?? 0;
}

describe('The batches for the queue', () => {
  it('The longest waiting are listed first, and no more than are sent until the next sweep', async () => {
    const { db } = database;
    await fillDueBatches();
    const now = new Date('2026-05-08T07:00:00Z');
    const due = await listDueBatches(db, now);
    expect(due).toHaveLength(MAX_LISTED_BATCHES);
    expect(due[0]?.batch).toBe(MAX_LISTED_BATCHES);
    const moments = { after: new Date('2026-05-08T06:00:00Z'), until: now };
    const upcoming = await listUpcomingBatches(db, moments);
    expect(upcoming.map(({ batch }) => batch)).toEqual(due.map(({ batch }) => batch));
  });
});

describe('releaseBatches', () => {
  it('Releasing a batch reads no other batch, however many older digests have', async () => {
    const { db } = database;
    await fillOldBatches();
    await storePapers(db, [buildPaperOf(FRIDAY, 'a')]);
    await storeManySubscribers(db, { count: SUBSCRIBERS, papers: 10 });
    const { digest } = await compose('daily', FRIDAY);
    const id = digest?.id ?? 0;
    const read = await db.transaction(async (tx) => {
      const before = await countRowsRead(tx);
      await releaseBatches(tx, id, [3], new Date());
      return (await countRowsRead(tx)) - before;
    });
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(THEIR_BATCHES);
  });
});
