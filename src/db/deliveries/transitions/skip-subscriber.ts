import { sql } from 'drizzle-orm';
import type { Db } from '../../client.ts';
import { recountBatches } from '../batches.ts';
import { getPartition } from '../partitions.ts';
import { fromStates, type Transitions } from './transition.ts';

/** A delivery that is `sending` is left to its worker: the relay may have it already. */
export const SKIP_SUBSCRIBER_TRANSITIONS = {
  pending: ['skipped'],
  deferred: ['skipped'],
  claimed: ['skipped'],
} as const satisfies Transitions;

/**
 * Skips the open deliveries of a subscriber, also those that a worker has claimed. After the commit
 * no mail to the subscriber is started, except of a digest whose composition was committed later.
 * Call it in a transaction: its batches are counted under their locks.
 */
export async function skipDeliveriesOf(
  tx: Db,
  subscriberId: number,
  detail: string,
  now: Date,
): Promise<void> {
  const open = await tx.execute<{ digestId: number }>(sql`
    SELECT DISTINCT digest_id AS "digestId" FROM batches
    WHERE due_at IS NOT NULL OR lease_id IS NOT NULL ORDER BY 1`);
  for (const { digestId } of open.rows) {
    // Every transition locks batches before deliveries, or two of them could deadlock.
    const lockedBatches = await tx.execute<{ batch: number }>(sql`
      SELECT batch FROM batches
      WHERE digest_id = ${digestId} AND batch = (
        SELECT batch FROM ${getPartition(digestId)}
        WHERE digest_id = ${digestId} AND subscriber_id = ${subscriberId}
      ) FOR UPDATE`);
    const skipped = await tx.execute(sql`
      UPDATE ${getPartition(digestId)}
      SET state = 'skipped', detail = ${detail}, lease_id = NULL, updated_at = ${now}
      WHERE digest_id = ${digestId} AND subscriber_id = ${subscriberId}
        AND state IN (${fromStates(SKIP_SUBSCRIBER_TRANSITIONS)})`);
    const batchNumbers = lockedBatches.rows.map(({ batch }) => batch);
    if (skipped.rowCount === 1) await recountBatches(tx, digestId, batchNumbers);
  }
}
