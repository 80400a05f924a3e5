import { sql } from 'drizzle-orm';
import { DELIVERY_DETAILS } from '../../../copy/en/deliveries.ts';
import type { Db } from '../../client.ts';
import { lockAndMarkDue, recountBatches } from '../batches.ts';
import { getPartition, getPartitionName } from '../partitions.ts';
import type { Transitions } from './transition.ts';

/** The relay may have accepted the mail, and the database has forgotten its attempt. */
export const MARK_FORGOTTEN_TRANSITIONS = {
  pending: ['unknown'],
  deferred: ['unknown'],
} as const satisfies Transitions;

/** Marks the deliveries of a digest as unknown of which fewer attempts are recorded than were made.
 *  `attempts` holds the number of the last attempt by subscriber. Call it in a transaction.
 *  @returns how many; 0 when the deliveries were pruned, or are forgotten together with their
 *  digest. */
export async function markForgottenDeliveries(
  tx: Db,
  digestId: number,
  attempts: ReadonlyMap<number, number>,
  now: Date,
): Promise<number> {
  const known = await tx.execute<{ isKnown: boolean }>(
    sql`SELECT to_regclass(${getPartitionName(digestId)}) IS NOT NULL AS "isKnown"`,
  );
  if (known.rows[0]?.isKnown !== true) return 0;
  const made = sql`unnest(${sql.param([...attempts.keys()])}::bigint[],
    ${sql.param([...attempts.values()])}::smallint[]) AS made (subscriber_id, attempts)`;
  const forgotten = sql`delivery.digest_id = ${digestId}
    AND delivery.subscriber_id = made.subscriber_id AND delivery.attempts < made.attempts
    AND delivery.state IN ('pending', 'deferred')`;
  const deliveries = getPartition(digestId);
  const affected = await tx.execute<{ batch: number }>(sql`
    SELECT DISTINCT batch FROM ${deliveries} AS delivery, ${made} WHERE ${forgotten} ORDER BY batch`);
  const numbers = affected.rows.map(({ batch }) => batch);
  if (numbers.length === 0) return 0;
  await lockAndMarkDue(tx, digestId, numbers, now);
  const result = await tx.execute(sql`
    UPDATE ${deliveries} AS delivery SET
      state = 'unknown', attempts = made.attempts, detail = ${DELIVERY_DETAILS.forgotten}, updated_at = ${now}
    FROM ${made} WHERE ${forgotten} AND delivery.batch = ANY(${sql.param(numbers)}::int[])`);
  await recountBatches(tx, digestId, numbers);
  return result.rowCount ?? 0;
}
