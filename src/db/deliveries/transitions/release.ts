import { sql } from 'drizzle-orm';
import { DELIVERY_DETAILS } from '../../../copy/en/deliveries.ts';
import type { Db } from '../../client.ts';
import { type BatchKey, type DueBatch, releaseBatches } from '../batches.ts';
import { getPartition } from '../partitions.ts';
import type { Transitions } from './transition.ts';

/** Skipped when the digest was cancelled after the claim. */
export const RELEASE_TRANSITIONS = {
  claimed: ['pending', 'skipped'],
} as const satisfies Transitions;

/**
 * Releases a batch and the deliveries that are still claimed; the batch is due again when the first
 * of its deliveries is. A batch with deliveries in `sending` stays with the lease, so that their
 * results can be recorded.
 * @returns the batch when deliveries in it are open, else null.
 */
export async function releaseBatch(
  db: Db,
  { digestId, batch, leaseId, now }: BatchKey & { leaseId: number; now: Date },
): Promise<(DueBatch & { dueAt: Date }) | null> {
  return db.transaction(async (tx) => {
    const lockedBatches = await tx.execute<{ isCancelled: boolean }>(sql`
      SELECT cancelled_at IS NOT NULL AS "isCancelled"
      FROM batches JOIN digests ON digests.id = digest_id
      WHERE digest_id = ${digestId} AND batch = ${batch} AND lease_id = ${leaseId}
      FOR UPDATE OF batches`);
    const [row] = lockedBatches.rows;
    if (!row) return null;
    const deliveries = getPartition(digestId);
    await tx.execute(sql`
      UPDATE ${deliveries} SET
        state = ${row.isCancelled ? 'skipped' : 'pending'},
        detail = ${row.isCancelled ? DELIVERY_DETAILS.cancelled : null},
        lease_id = NULL, updated_at = ${now}
      WHERE batch = ${batch} AND state = 'claimed' AND lease_id = ${leaseId}`);
    const sending = await tx.execute(sql`
      SELECT FROM ${deliveries} WHERE batch = ${batch} AND state = 'sending' LIMIT 1`);
    if (sending.rows.length > 0) return null;
    const [remainingBatch] = await releaseBatches(tx, digestId, [batch], now);
    return remainingBatch ?? null;
  });
}
