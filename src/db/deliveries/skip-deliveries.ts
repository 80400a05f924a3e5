import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { recountBatches } from './batches.ts';
import { getPartition } from './partitions.ts';

/**
 * Skips what is still to be sent to a reader, also what a worker has in hand: once this is committed
 * no mail to the reader begins, but of a digest whose composing was not committed before. One that is
 * on its way already is waited for. Call it in a transaction: its batches are counted under their locks.
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
    // Batches are locked before their deliveries, as everywhere.
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
        AND state IN ('pending', 'deferred', 'claimed')`);
    const batchNumbers = lockedBatches.rows.map(({ batch }) => batch);
    if (skipped.rowCount === 1) await recountBatches(tx, digestId, batchNumbers);
  }
}

/** Removes what deliveries tell of a reader: only the states are kept. */
export async function eraseDeliveriesOf(tx: Db, subscriberId: number): Promise<void> {
  await tx.execute(sql`
    UPDATE deliveries SET selection = NULL, message_id = NULL, reply = NULL,
      detail = CASE state WHEN 'skipped' THEN detail END
    FROM digests
    WHERE deliveries.digest_id = digests.id AND deliveries.subscriber_id = ${subscriberId}`);
}
