import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';

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

/** How many worker processes hold a lease that has not expired, by the database's clock. */
export async function countLiveWorkers(db: Db): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(
    sql`SELECT count(*)::int AS count FROM leases WHERE expires_at > clock_timestamp()`,
  );
  return rows[0]?.count ?? 0;
}
