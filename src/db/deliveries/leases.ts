import { sql } from 'drizzle-orm';
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
    UPDATE leases SET expires_at = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
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
