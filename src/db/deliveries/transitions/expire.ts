import { sql } from 'drizzle-orm';
import { DELIVERY_DETAILS } from '../../../copy/en/deliveries.ts';
import type { Db } from '../../client.ts';
import { releaseBatches } from '../batches.ts';
import { getPartition } from '../partitions.ts';
import { fromStates, type Transitions } from './transition.ts';

export const EXPIRE_TRANSITIONS = {
  deferred: ['expired'],
  pending: ['expired'],
} as const satisfies Transitions;

/**
 * Marks deliveries as expired whose subscriber's next digest is due, in up to `maxBatches` batches,
 * also of paused digests. Batches with a lease are left alone: their worker releases them first.
 * @returns how many deliveries and batches expired. Fewer batches than `maxBatches`: none is left.
 */
export async function expireDeliveries(
  db: Db,
  { now, maxBatches }: { now: Date; maxBatches: number },
): Promise<{ deliveries: number; batches: number }> {
  return db.transaction(async (tx) => {
    const ended = await tx.execute<{ digestId: number; numbers: number[] }>(sql`
      SELECT digest_id AS "digestId", array_agg(batch) AS numbers FROM (
        SELECT digest_id, batch FROM batches JOIN digests ON digests.id = digest_id
        WHERE due_at IS NOT NULL AND batches.expires_at <= ${now} AND lease_id IS NULL
          AND cancelled_at IS NULL
        ORDER BY digest_id, batch LIMIT ${maxBatches}
        FOR UPDATE OF batches SKIP LOCKED
      ) AS ended GROUP BY digest_id ORDER BY digest_id`);
    const expired = { deliveries: 0, batches: 0 };
    for (const { digestId, numbers } of ended.rows) {
      const result = await tx.execute(sql`
        UPDATE ${getPartition(digestId)} SET
          state = 'expired', detail = concat_ws(' ', ${DELIVERY_DETAILS.expired}::text, detail), updated_at = ${now}
        WHERE batch = ANY(${sql.param(numbers)}::int[]) AND expires_at <= ${now}
          AND state IN (${fromStates(EXPIRE_TRANSITIONS)})`);
      expired.deliveries += result.rowCount ?? 0;
      expired.batches += numbers.length;
      await releaseBatches(tx, digestId, numbers, now);
    }
    return expired;
  });
}
