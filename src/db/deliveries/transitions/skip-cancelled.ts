import { sql } from 'drizzle-orm';
import { DELIVERY_DETAILS } from '../../../copy/en/deliveries.ts';
import type { Db } from '../../client.ts';
import { releaseBatches } from '../batches.ts';
import { getPartition } from '../partitions.ts';
import { fromStates, type Transitions } from './transition.ts';

export const SKIP_CANCELLED_TRANSITIONS = {
  pending: ['skipped'],
  deferred: ['skipped'],
} as const satisfies Transitions;

/** Skips the open deliveries of cancelled digests. Batches with a lease are left alone: their
 *  worker skips them when it releases them. @returns how many deliveries were skipped. */
export async function skipCancelledDeliveries(db: Db, now: Date): Promise<number> {
  return db.transaction(async (tx) => {
    const cancelled = await tx.execute<{ digestId: number; numbers: number[] }>(sql`
      SELECT digest_id AS "digestId", array_agg(batch) AS numbers FROM (
        SELECT digest_id, batch FROM batches JOIN digests ON digests.id = digest_id
        WHERE cancelled_at IS NOT NULL AND due_at IS NOT NULL AND lease_id IS NULL
        ORDER BY digest_id, batch FOR UPDATE OF batches SKIP LOCKED
      ) AS cancelled GROUP BY digest_id ORDER BY digest_id`);
    let skipped = 0;
    for (const { digestId, numbers } of cancelled.rows) {
      const result = await tx.execute(sql`
        UPDATE ${getPartition(digestId)}
        SET state = 'skipped', detail = ${DELIVERY_DETAILS.cancelled}, updated_at = ${now}
        WHERE batch = ANY(${sql.param(numbers)}::int[])
          AND state IN (${fromStates(SKIP_CANCELLED_TRANSITIONS)})`);
      skipped += result.rowCount ?? 0;
      await releaseBatches(tx, digestId, numbers, now);
    }
    return skipped;
  });
}
