import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { getPartition } from './partitions.ts';

export interface BatchKey {
  digestId: number;
  batch: number;
}

/** A batch to enqueue. */
export interface DueBatch extends BatchKey {
  /** How often it has been claimed. */
  claims: number;
}

/** Batches that are listed at once: up to two million deliveries, more than are sent until the next
 *  sweep. Each is a job for the queue, which takes some seconds for so many. */
export const MAX_LISTED_BATCHES = 10_000;

/** Lists the batches with due deliveries, the longest waiting first, up to `MAX_LISTED_BATCHES`.
 *  Paused and cancelled digests have none; those in which a delivery has expired are listed once it
 *  is marked so. */
export async function listDueBatches(db: Db, now: Date): Promise<DueBatch[]> {
  const result = await db.execute<{ digestId: number; batch: number; claims: number }>(sql`
    SELECT digest_id AS "digestId", batch, claims
    FROM batches JOIN digests ON digests.id = digest_id
    WHERE due_at <= ${now} AND expires_at > ${now} AND paused_at IS NULL AND cancelled_at IS NULL
    ORDER BY due_at, digest_id, batch LIMIT ${MAX_LISTED_BATCHES}`);
  return result.rows;
}

/** Lists the batches that are due between two moments, the first one excluded, soonest first, up to
 *  `MAX_LISTED_BATCHES`. */
export async function listUpcomingBatches(
  db: Db,
  { after, until }: { after: Date; until: Date },
): Promise<(DueBatch & { dueAt: Date })[]> {
  const result = await db.execute<{
    digestId: number;
    batch: number;
    claims: number;
    dueAt: string;
  }>(sql`
    SELECT digest_id AS "digestId", batch, claims, due_at AS "dueAt"
    FROM batches JOIN digests ON digests.id = digest_id
    WHERE due_at > ${after} AND due_at <= ${until} AND lease_id IS NULL
      AND paused_at IS NULL AND cancelled_at IS NULL
    ORDER BY due_at, digest_id, batch LIMIT ${MAX_LISTED_BATCHES}`);
  return result.rows.map(({ dueAt, ...batch }) => ({ ...batch, dueAt: new Date(dueAt) }));
}

/** The digests with deliveries that are still to be sent, the oldest first. Paused and cancelled
 *  ones have none. */
export async function listOpenDigestIds(db: Db): Promise<number[]> {
  const result = await db.execute<{ id: number }>(sql`
    SELECT DISTINCT digests.id, date FROM batches JOIN digests ON digests.id = digest_id
    WHERE due_at IS NOT NULL AND paused_at IS NULL AND cancelled_at IS NULL
    ORDER BY date, digests.id`);
  return result.rows.map(({ id }) => id);
}

/** Makes batches due now that wait for their subscribers' hour. @returns how many. */
export async function sendBatchesNow(db: Db, digestId: number, now: Date): Promise<number> {
  const result = await db.execute(sql`
    UPDATE batches SET is_immediate = true, due_at = ${now}
    WHERE digest_id = ${digestId} AND due_at IS NOT NULL AND send_at > ${now}`);
  return result.rowCount ?? 0;
}

/** Releases batches from their lease: counts each, and makes it due when the first of its
 *  deliveries is, and expire when the first of them does. They must be locked by an earlier
 *  statement, or a delivery that became due since then is missed.
 *  @returns those with open deliveries. */
export async function releaseBatches(
  tx: Db,
  digestId: number,
  numbers: readonly number[],
  now: Date,
): Promise<(DueBatch & { dueAt: Date })[]> {
  const result = await tx.execute<{ batch: number; claims: number; dueAt: string | null }>(sql`
    WITH counted AS MATERIALIZED (${selectBatchCounts(digestId, numbers)})
    UPDATE batches SET lease_id = NULL, due_at = counted.due_at, expires_at = counted.expires_at,
      states = counted.states,
      sent_since_claim = counted.sent_since_claim, counted_at = ${now}
    FROM counted WHERE digest_id = ${digestId} AND batches.batch = counted.batch
    RETURNING batches.batch, claims, batches.due_at AS "dueAt"`);
  return result.rows.flatMap(({ batch, claims, dueAt }) =>
    dueAt === null ? [] : [{ digestId, batch, claims, dueAt: new Date(dueAt) }],
  );
}

/** Counts batches without a lease again after their deliveries were changed. They must have been
 *  locked before the change. */
export async function recountBatches(
  tx: Db,
  digestId: number,
  numbers: readonly number[],
): Promise<void> {
  await tx.execute(sql`
    WITH counted AS MATERIALIZED (${selectBatchCounts(digestId, numbers)})
    UPDATE batches SET states = counted.states, expires_at = counted.expires_at,
      due_at = CASE WHEN counted.due_at IS NOT NULL THEN batches.due_at END
    FROM counted
    WHERE digest_id = ${digestId} AND batches.batch = counted.batch AND lease_id IS NULL`);
}

/** Counts the deliveries of each batch. Use it as a materialised CTE: else PostgreSQL, which may
 *  estimate one batch per digest, counts again for every batch. */
function selectBatchCounts(digestId: number, numbers: readonly number[]): SQL {
  const chosen = sql`${sql.param([...numbers])}::int[]`;
  return sql`
    SELECT batch, jsonb_object_agg(state, count) AS states, min(due_at) AS due_at,
      min(expires_at) AS expires_at,
      sum(sent_since_claim)::int AS sent_since_claim
    FROM (
      SELECT batch, state, count(*) AS count,
        min(CASE WHEN state = 'pending' AND is_immediate THEN least(next_at, due_at) ELSE next_at END)
          FILTER (WHERE state IN ('pending', 'deferred')) AS due_at,
        min(here.expires_at) FILTER (WHERE state IN ('pending', 'deferred')) AS expires_at,
        count(*) FILTER (WHERE state = 'sent' AND updated_at >= claimed_at) AS sent_since_claim
      FROM ${getPartition(digestId)} AS here JOIN batches USING (batch)
      WHERE batch = ANY(${chosen}) AND batches.digest_id = ${digestId} AND batches.batch = ANY(${chosen})
      GROUP BY batch, state
    ) AS by_state GROUP BY batch`;
}

/** Makes batches due at `now` and locks them until the transaction ends. Every transition locks
 *  several batches in this order, so that no two can wait for each other. */
export async function lockAndMarkDue(
  tx: Db,
  digestId: number,
  numbers: readonly number[],
  now: Date,
): Promise<void> {
  await tx.execute(sql`
    SELECT FROM batches WHERE digest_id = ${digestId} AND batch = ANY(${sql.param([...numbers])}::int[])
    ORDER BY digest_id, batch FOR UPDATE`);
  await tx.execute(sql`
    UPDATE batches SET due_at = least(due_at, ${now})
    WHERE digest_id = ${digestId} AND batch = ANY(${sql.param([...numbers])}::int[])`);
}
