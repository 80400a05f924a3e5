import { sql } from 'drizzle-orm';
import type { Db } from '../../client.ts';
import { lockAndMarkDue, recountBatches } from '../batches.ts';
import { fromStates, type Transitions } from './transition.ts';

/** Only an operator may decide this: an unknown mail may have arrived. */
export const RESEND_TRANSITIONS = {
  failed: ['pending'],
  unknown: ['pending'],
} as const satisfies Transitions;

/**
 * Makes failed and unknown deliveries of a digest pending again, due at `now` and without attempts:
 * those of the subscribers, or all in `state`. Call it in a transaction. @returns how many.
 */
export async function resetToPending(
  tx: Db,
  digestId: number,
  which: { subscriberIds: readonly number[] } | { state: keyof typeof RESEND_TRANSITIONS },
  now: Date,
): Promise<number> {
  const chosen =
    'state' in which
      ? sql`state = ${which.state}`
      : sql`subscriber_id = ANY(${sql.param([...which.subscriberIds])}::bigint[])`;
  const condition = sql`digest_id = ${digestId} AND state IN (${fromStates(RESEND_TRANSITIONS)}) AND ${chosen}`;
  // A delivery of another batch may fail before these are locked: that batch is released without
  // being due, so a delivery in it that was made pending would never be sent.
  const affectedBatches = await tx.execute<{ batch: number }>(sql`
    SELECT DISTINCT batch FROM deliveries WHERE ${condition} ORDER BY batch`);
  if (affectedBatches.rows.length === 0) return 0;
  const batchNumbers = affectedBatches.rows.map(({ batch }) => batch);
  await lockAndMarkDue(tx, digestId, batchNumbers, now);
  const result = await tx.execute(sql`
    UPDATE deliveries SET state = 'pending', attempts = 0, next_at = ${now}, updated_at = ${now}
    WHERE ${condition} AND batch = ANY(${sql.param(batchNumbers)}::int[])`);
  await recountBatches(tx, digestId, batchNumbers);
  return result.rowCount ?? 0;
}
