import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../client.ts';

/** How long a lease lasts without renewal, in seconds. Longer delays the deliveries of a dead
 *  worker; shorter makes those of a slow one `unknown`. */
export const LEASE_SECONDS = 45;

/** Condition of a live lease: it has not expired, and the server is the one on which it was opened.
 *  A standby that was promoted may have forgotten what was recorded under it. */
export const LIVE_LEASE =
  'expires_at > clock_timestamp() AND timeline_id = (SELECT database_timeline())';

/** The timeline of the server, which each promotion of a standby raises; 0 where it is unknown. */
export async function readTimeline(db: Db): Promise<number> {
  const { rows } = await db.execute<{ timeline: number }>(
    sql`SELECT database_timeline() AS timeline`,
  );
  return rows[0]?.timeline ?? 0;
}

/** Opens a lease for a worker process, by the clock of the database. @returns its id. */
export async function openLease(db: Db, instanceId: string): Promise<number> {
  const result = await db.execute<{ id: string }>(sql`
    INSERT INTO leases (instance_id, expires_at)
    VALUES (${instanceId}, clock_timestamp() + make_interval(secs => ${LEASE_SECONDS}))
    RETURNING id`);
  return Number(result.rows[0]?.id);
}

/** Renews a lease. Returns the time of the database; null when the lease has expired: the next
 *  sweep releases its deliveries. */
export async function renewLease(db: Db, id: number): Promise<Date | null> {
  const result = await db.execute<{ now: string }>(sql`
    UPDATE leases SET
      expires_at = clock_timestamp() + ${seconds(LEASE_SECONDS)}, expired_seen_at = NULL,
      steady_since = CASE WHEN ${isRenewedLately('leases')} THEN steady_since ELSE clock_timestamp() END
    WHERE id = ${id} AND ${sql.raw(LIVE_LEASE)}
    RETURNING (extract(epoch FROM clock_timestamp()) * 1000)::text AS now`);
  const [row] = result.rows;
  return row === undefined ? null : new Date(Number(row.now));
}

/** Counts the worker processes with a live lease, by the clock of the database. */
export async function countLiveWorkers(db: Db): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(
    sql`SELECT count(*)::int AS count FROM leases WHERE ${sql.raw(LIVE_LEASE)}`,
  );
  return rows[0]?.count ?? 0;
}

/**
 * Deletes expired leases, except `besides`. Call it in a transaction.
 *
 * After an outage of the database every lease has expired, but their workers are alive and know
 * what the relays answered. So unless some worker has renewed its lease all the time, which proves
 * that the database was reachable, a lease lasts as long again from when it was first seen expired.
 * A lease that expires far in the future dates from before the clock of the database was set back.
 * @returns the ids.
 */
export async function deleteExpiredLeases(tx: Db, besides: number): Promise<string[]> {
  const isOver = sql`id <> ${besides} AND (NOT (${sql.raw(LIVE_LEASE)})
    OR expires_at > clock_timestamp() + ${seconds(2 * LEASE_SECONDS)})`;
  await tx.execute(sql`
    UPDATE leases SET expired_seen_at = clock_timestamp()
    WHERE ${isOver} AND (expired_seen_at IS NULL OR expired_seen_at > clock_timestamp())`);
  const deleted = await tx.execute<{ id: string }>(sql`
    DELETE FROM leases WHERE id IN (
      SELECT id FROM leases
      WHERE ${isOver} AND (
        expired_seen_at <= clock_timestamp() - ${seconds(LEASE_SECONDS)}
        OR EXISTS (
          SELECT FROM leases AS steady
          WHERE steady.steady_since <= clock_timestamp() - ${seconds(LEASE_SECONDS)}
            AND ${isRenewedLately('steady')} AND ${sql.raw(LIVE_LEASE)}
        )
      )
      ORDER BY id FOR UPDATE SKIP LOCKED
    ) RETURNING id`);
  return deleted.rows.map(({ id }) => id);
}

/** Several heartbeats, so that a slow one does not count as a gap; much less than a lease, so that
 *  no lease expires without one. */
const MAX_RENEWAL_GAP_SECONDS = 20;

/** Whether a lease was renewed lately, as its expiry shows. */
function isRenewedLately(lease: 'leases' | 'steady'): SQL {
  return sql`${sql.raw(lease)}.expires_at BETWEEN
    clock_timestamp() + ${seconds(LEASE_SECONDS - MAX_RENEWAL_GAP_SECONDS)}
    AND clock_timestamp() + ${seconds(LEASE_SECONDS)}`;
}

function seconds(count: number): SQL {
  return sql`make_interval(secs => ${count})`;
}
