import { sql } from 'drizzle-orm';
import type { DigestKind } from '../../../domain/digests/digest.ts';
import type { Db } from '../../client.ts';
import { releaseBatches } from '../batches.ts';
import { getPartition } from '../partitions.ts';
import type { Transitions } from './transition.ts';

/** A pending delivery expires only after an attempt: it was released before its retry. */
export const EXPIRE_TRANSITIONS = {
  deferred: ['expired'],
  pending: ['expired'],
} as const satisfies Transitions;

/** Expires the retries of digests that were due before `sendBefore`, when the next digest of the
 *  kind is due. Batches with a lease are left alone. @returns how many deliveries expired. */
export async function expireDeferredDeliveries(
  db: Db,
  { kind, sendBefore, now }: { kind: DigestKind; sendBefore: Date; now: Date },
): Promise<number> {
  return db.transaction(async (tx) => {
    const ended = await tx.execute<{ digestId: number; numbers: number[] }>(sql`
      SELECT digest_id AS "digestId", array_agg(batch) AS numbers FROM (
        SELECT digest_id, batch FROM batches JOIN digests ON digests.id = digest_id
        WHERE kind = ${kind} AND due_at IS NOT NULL AND lease_id IS NULL AND send_at <= ${sendBefore}
        FOR UPDATE OF batches SKIP LOCKED
      ) AS ended GROUP BY digest_id`);
    let expired = 0;
    for (const { digestId, numbers } of ended.rows) {
      const result = await tx.execute(sql`
        UPDATE ${getPartition(digestId)} SET state = 'expired', updated_at = ${now}
        WHERE batch = ANY(${sql.param(numbers)}::int[])
          AND (state = 'deferred' OR state = 'pending' AND attempts > 0)`);
      expired += result.rowCount ?? 0;
      await releaseBatches(tx, digestId, numbers, now);
    }
    return expired;
  });
}
