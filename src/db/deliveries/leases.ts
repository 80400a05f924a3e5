import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';

/** How long a lease lasts without renewal, in seconds. Longer delays the deliveries of a dead
 *  worker; shorter makes those of a slow one `unknown`. */
export const LEASE_SECONDS = 45;

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
    WHERE id = ${id} AND expires_at > clock_timestamp()
    RETURNING (extract(epoch FROM clock_timestamp()) * 1000)::text AS now`);
  const [row] = result.rows;
  return row === undefined ? null : new Date(Number(row.now));
}

/** Counts the worker processes with a live lease, by the clock of the database. */
export async function countLiveWorkers(db: Db): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(
    sql`SELECT count(*)::int AS count FROM leases WHERE expires_at > clock_timestamp()`,
  );
  return rows[0]?.count ?? 0;
}
