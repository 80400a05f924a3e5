import { sql } from 'drizzle-orm';
import { DELIVERY_DETAILS } from '../../../copy/en/deliveries.ts';
import type { Db } from '../../client.ts';
import { type DueBatch, releaseBatches } from '../batches.ts';
import { deleteExpiredLeases } from '../leases.ts';
import { getPartition } from '../partitions.ts';
import type { Transitions } from './transition.ts';

/** The relay may or may not have taken a mail that was being sent (RFC 1047). */
export const END_LEASE_TRANSITIONS = {
  claimed: ['pending'],
  sending: ['unknown'],
} as const satisfies Transitions;

/** Deliveries released from leases that ended. */
export interface ReleasedDeliveries {
  pending: number;
  unknown: number;
  /** The batches in which deliveries are open, and when the first of them is due. */
  remainingBatches: (DueBatch & { dueAt: Date })[];
}

/** The expired leases except `besides`, all of them, or the one with `id`. */
type EndedLeases = { expired: true; besides?: number } | { all: true } | { id: number };

/**
 * Ends leases and releases their deliveries: the expired ones except `besides`, the one with `id`,
 * or `all`, when no other process can be alive. With the expired ones also releases what is held
 * under a lease that does not exist. Call it in a transaction.
 */
export async function endLeases(
  db: Db,
  which: EndedLeases,
  now: Date,
): Promise<ReleasedDeliveries> {
  const released: ReleasedDeliveries = { pending: 0, unknown: 0, remainingBatches: [] };
  const endedIds = await deleteLeases(db, which);
  if (endedIds.length === 0) return released;
  const ids = sql.param(endedIds);
  const lockedBatches = await db.execute<{ digestId: number; numbers: number[] }>(sql`
    SELECT digest_id AS "digestId", array_agg(batch) AS numbers FROM (
      SELECT digest_id, batch FROM batches WHERE lease_id = ANY(${ids}::bigint[])
      ORDER BY digest_id, batch FOR UPDATE
    ) AS held GROUP BY digest_id ORDER BY digest_id`);
  for (const { digestId, numbers } of lockedBatches.rows) {
    const updated = await db.execute<{ state: 'pending' | 'unknown' }>(sql`
      UPDATE ${getPartition(digestId)} SET
        state = CASE state WHEN 'sending' THEN 'unknown' ELSE 'pending' END,
        detail = CASE state WHEN 'sending' THEN ${DELIVERY_DETAILS.lostWorker} END,
        lost_lease_id = CASE state WHEN 'sending' THEN lease_id END,
        lease_id = NULL,
        updated_at = ${now}
      WHERE batch = ANY(${sql.param(numbers)}::int[]) AND lease_id = ANY(${ids}::bigint[])
      RETURNING state`);
    for (const { state } of updated.rows) released[state] += 1;
    released.remainingBatches.push(...(await releaseBatches(db, digestId, numbers, now)));
  }
  return released;
}

async function deleteLeases(db: Db, which: EndedLeases): Promise<string[]> {
  if ('expired' in which) {
    const expired = await deleteExpiredLeases(db, which.besides ?? 0);
    return [...expired, ...(await listLostLeases(db))];
  }
  const condition = 'id' in which ? sql`id = ${which.id}` : sql`true`;
  const ended = await db.execute<{ id: string }>(
    sql`DELETE FROM leases WHERE ${condition} RETURNING id`,
  );
  return ended.rows.map(({ id }) => id);
}

/** Leases under which batches are held and that do not exist: someone may have deleted them. */
async function listLostLeases(db: Db): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    SELECT DISTINCT lease_id AS id FROM batches
    WHERE lease_id IS NOT NULL AND NOT EXISTS (SELECT FROM leases WHERE id = lease_id)`);
  return rows.map(({ id }) => id);
}
