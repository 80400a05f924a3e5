import { sql } from 'drizzle-orm';
import type { Db } from '../../client.ts';
import { lockAndMarkDue, recountBatches } from '../batches.ts';
import { fromStates, type Transitions } from './transition.ts';

/** Only an operator may decide this: an unknown mail may have arrived, and an expired one is no
 *  news any more. */
export const RESEND_TRANSITIONS = {
  failed: ['pending'],
  unknown: ['pending'],
  expired: ['pending'],
} as const satisfies Transitions;

/** A state from which an operator may resend a delivery. */
export type ResendableState = keyof typeof RESEND_TRANSITIONS;

/**
 * Makes failed, unknown and expired deliveries of a digest pending again, due at `now` and not
 * expiring before `expiresAt`: those of the subscribers, or all in `state`. The number of attempts
 * stays: a result of an earlier one that comes late must not be taken for that of the next. Call it
 * in a transaction. @returns how many.
 */
export async function resetToPending(
  tx: Db,
  digestId: number,
  which: { subscriberIds: readonly number[] } | { state: ResendableState },
  { now, expiresAt }: { now: Date; expiresAt: Date },
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
    UPDATE deliveries SET state = 'pending', next_at = ${now},
      expires_at = greatest(expires_at, ${expiresAt}), reply = NULL, detail = NULL,
      lost_lease_id = NULL, updated_at = ${now}
    WHERE ${condition} AND batch = ANY(${sql.param(batchNumbers)}::int[])`);
  await recountBatches(tx, digestId, batchNumbers);
  return result.rowCount ?? 0;
}
