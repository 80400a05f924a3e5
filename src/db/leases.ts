import { sql } from 'drizzle-orm';
import { type DueBatch, putDown } from './batches.ts';
import type { Db } from './client.ts';
import { deliveriesOf } from './partitions.ts';

/** How long a worker may be silent before its deliveries are taken from it, in seconds. Longer
 *  delays the readers of a dead worker; shorter loses those of a slow one (as `unknown`). */
export const LEASE_SECONDS = 45;

/** A new lease for a worker process, on the database's clock. Returns its id. */
export async function openLease(db: Db, holder: string): Promise<number> {
  const result = await db.execute<{ id: string }>(sql`
    INSERT INTO leases (holder, expires_at)
    VALUES (${holder}, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}))
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
export interface Freed {
  pending: number;
  unknown: number;
  /** The batches in which something is left, and when that is due. */
  left: (DueBatch & { dueAt: Date })[];
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
): Promise<Freed> {
  const all: Freed = { pending: 0, unknown: 0, left: [] };
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
  const held = await db.execute<{ digestId: number; numbers: number[] }>(sql`
    SELECT digest_id AS "digestId", array_agg(batch) AS numbers FROM (
      SELECT digest_id, batch FROM batches WHERE lease_id = ANY(${ids}::bigint[]) FOR UPDATE
    ) AS held GROUP BY digest_id`);
  for (const { digestId, numbers } of held.rows) {
    const freed = await db.execute<{ state: 'pending' | 'unknown' }>(sql`
      UPDATE ${deliveriesOf(digestId)} SET
        state = CASE state WHEN 'sending' THEN 'unknown' ELSE 'pending' END,
        detail = CASE state WHEN 'sending' THEN ${GONE} END,
        lease_id = NULL,
        updated_at = ${now}
      WHERE batch = ANY(${sql.param(numbers)}::int[]) AND lease_id = ANY(${ids}::bigint[])
      RETURNING state`);
    for (const { state } of freed.rows) all[state] += 1;
    all.left.push(...(await putDown(db, digestId, numbers, now)));
  }
  return all;
}

const GONE = 'The worker was gone before the relay’s answer was recorded.';
