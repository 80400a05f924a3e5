import { sql } from 'drizzle-orm';
import type { Db } from '../../client.ts';
import { toJson } from '../../json.ts';
import { releaseBatches } from '../batches.ts';
import { getPartition } from '../partitions.ts';
import type { AttemptRecord } from './record-attempts.ts';
import type { Transitions } from './transition.ts';

/** A known result replaces ignorance, never the reverse. */
export const LATE_RESULT_TRANSITIONS = {
  unknown: ['sent', 'deferred', 'failed', 'expired'],
} as const satisfies Transitions;

/**
 * Records results that were not recorded while their lease lasted: deliveries that became `unknown`
 * when it ended, and that nobody resent since. Idempotent: the answer of the database may be lost.
 * @returns how many are recorded now that were `unknown`, and how many results of attempts that
 * were begun are dropped.
 */
export async function recordLateResults(
  db: Db,
  digestId: number,
  { results, now }: { results: readonly AttemptRecord[]; now: Date },
): Promise<{ late: number; dropped: number }> {
  if (results.length === 0) return { late: 0, dropped: 0 };
  return db.transaction(async (tx) => {
    const late = await replaceUnknown(tx, digestId, { results, now });
    const begun = results.filter(({ relay }) => relay !== undefined);
    return { late, dropped: begun.length - (await countRecorded(tx, digestId, { begun, now })) };
  });
}

async function replaceUnknown(
  tx: Db,
  digestId: number,
  { results, now }: { results: readonly AttemptRecord[]; now: Date },
): Promise<number> {
  const deliveries = getPartition(digestId);
  const ids = sql.param(results.map(({ subscriberId }) => subscriberId));
  const locked = await tx.execute<{ batch: number; isHeld: boolean }>(sql`
    SELECT batch, lease_id IS NOT NULL AS "isHeld" FROM batches
    WHERE digest_id = ${digestId} AND batch IN (
      SELECT batch FROM ${deliveries}
      WHERE digest_id = ${digestId} AND subscriber_id = ANY(${ids}::bigint[]) AND state = 'unknown')
    ORDER BY digest_id, batch FOR UPDATE`);
  if (locked.rows.length === 0) return 0;
  const numbers = locked.rows.map(({ batch }) => batch);
  const known = results.filter(({ state }) => state !== 'unknown').map(toLateResult);
  const updated = await tx.execute(sql`
    UPDATE ${deliveries} AS delivery SET
      state = result.state,
      next_at = coalesce(result."nextAt", delivery.next_at),
      relay = result.relay,
      reply = CASE WHEN delivery.message_id IS NOT NULL THEN result.reply END,
      detail = CASE WHEN delivery.message_id IS NOT NULL THEN result.detail END,
      lost_lease_id = NULL,
      updated_at = ${now}
    FROM jsonb_to_recordset(${toJson(known)}::jsonb) AS result ("subscriberId" bigint,
      "leaseId" bigint, attempts smallint, state text, "nextAt" timestamptz, relay text, reply text, detail text)
    WHERE delivery.digest_id = ${digestId} AND delivery.subscriber_id = result."subscriberId"
      AND delivery.batch = ANY(${sql.param(numbers)}::int[]) AND delivery.state = 'unknown'
      AND delivery.lost_lease_id = result."leaseId" AND delivery.attempts = result.attempts`);
  const released = locked.rows.filter(({ isHeld }) => !isHeld).map(({ batch }) => batch);
  await releaseBatches(tx, digestId, released, now);
  return updated.rowCount ?? 0;
}

/** A mail that was cancelled before its final dot is due at once here too, but only an operator
 *  makes an unknown one pending. */
function toLateResult(result: AttemptRecord): AttemptRecord {
  return result.state === 'pending' ? { ...result, state: 'deferred' } : result;
}

/** Counts the results that are recorded, now or by an earlier statement whose answer was lost. */
async function countRecorded(
  tx: Db,
  digestId: number,
  { begun, now }: { begun: readonly AttemptRecord[]; now: Date },
): Promise<number> {
  const recorded = await tx.execute<{ count: number }>(sql`
    SELECT count(*)::int AS count FROM ${getPartition(digestId)} AS delivery
    JOIN jsonb_to_recordset(${toJson(begun)}::jsonb) AS result ("subscriberId" bigint, state text)
      ON delivery.subscriber_id = result."subscriberId" AND delivery.state = result.state
    WHERE delivery.digest_id = ${digestId} AND lease_id IS NULL AND updated_at = ${now}`);
  return recorded.rows[0]?.count ?? 0;
}
