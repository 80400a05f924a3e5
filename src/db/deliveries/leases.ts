import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { type DueBatch, releaseBatches } from './batches.ts';
import { getPartition } from './partitions.ts';

/** How long a worker may be silent before its deliveries are taken from it, in seconds. Longer
 *  delays the readers of a dead worker; shorter loses those of a slow one (as `unknown`). */
export const LEASE_SECONDS = 45;

/** A new lease for a worker process, on the database's clock. Returns its id. */
export async function openLease(db: Db, instanceId: string): Promise<number> {
  const result = await db.execute<{ id: string }>(sql`
    INSERT INTO leases (instance_id, expires_at)
    VALUES (${instanceId}, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}))
    RETURNING id`);
  return Number(result.rows[0]?.id);
}

/** Prolongs a lease; false when it has run out: what it holds is taken from it at the next sweep. */
export async function renewLease(db: Db, id: number): Promise<boolean> {
  const result = await db.execute(sql`
    UPDATE leases SET expires_at = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    WHERE id = ${id} AND expires_at > clock_timestamp()`);
  return result.rowCount === 1;
}

/** Whether any worker is alive. */
export async function isAnyWorkerAlive(db: Db): Promise<boolean> {
  const result = await db.execute(
    sql`SELECT FROM leases WHERE expires_at > clock_timestamp() LIMIT 1`,
  );
  return result.rows.length > 0;
}

/** What was taken from leases that ended. */
export interface ReleasedDeliveries {
  pending: number;
  unknown: number;
  /** The batches in which something is left, and when that is due. */
  remainingBatches: (DueBatch & { dueAt: Date })[];
}

/**
 * Ends leases that ran out, but for the one `besides` (all of them with `all`, when no other process can
 * be alive), or the one named. What they had claimed goes back to `pending`; what they were sending is `unknown`: whether
 * the relay took it cannot be known (RFC 1047). Call it in a transaction.
 */
export async function endLeases(
  db: Db,
  which: { expired: true; besides?: number } | { all: true } | { id: number },
  now: Date,
): Promise<ReleasedDeliveries> {
  const all: ReleasedDeliveries = { pending: 0, unknown: 0, remainingBatches: [] };
  const condition =
    'id' in which
      ? sql`id = ${which.id}`
      : 'all' in which
        ? sql`true`
        : sql`expires_at < clock_timestamp() AND id <> ${which.besides ?? 0}`;
  const ended = await db.execute<{ id: string }>(
    sql`DELETE FROM leases WHERE ${condition} RETURNING id`,
  );
  if (ended.rows.length === 0) return all;
  const ids = sql.param(ended.rows.map(({ id }) => id));
  const lockedBatches = await db.execute<{ digestId: number; numbers: number[] }>(sql`
    SELECT digest_id AS "digestId", array_agg(batch) AS numbers FROM (
      SELECT digest_id, batch FROM batches WHERE lease_id = ANY(${ids}::bigint[]) FOR UPDATE
    ) AS held GROUP BY digest_id`);
  for (const { digestId, numbers } of lockedBatches.rows) {
    const updated = await db.execute<{ state: 'pending' | 'unknown' }>(sql`
      UPDATE ${getPartition(digestId)} SET
        state = CASE state WHEN 'sending' THEN 'unknown' ELSE 'pending' END,
        detail = CASE state WHEN 'sending' THEN ${LOST_WORKER_DETAIL} END,
        lease_id = NULL,
        updated_at = ${now}
      WHERE batch = ANY(${sql.param(numbers)}::int[]) AND lease_id = ANY(${ids}::bigint[])
      RETURNING state`);
    for (const { state } of updated.rows) all[state] += 1;
    all.remainingBatches.push(...(await releaseBatches(db, digestId, numbers, now)));
  }
  return all;
}

const LOST_WORKER_DETAIL = 'The worker was gone before the relay’s answer was recorded.';
