import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';

/** A permit to request a host, or how long to wait for one. */
export type HostPermit =
  | { fencingToken: number }
  /** `isHeld`: another request is under way, which may end sooner. */
  | { waitMs: number; isHeld: boolean };

/** Longer than any delay, in hours. A later `available_at` was written before the clock was set
 *  back. */
const MAX_AHEAD_HOURS = 25;

/** Acquires the permit of a host for at most `holdMs`, if it is free and its delay is over. The
 *  clock of the database counts, as for leases, since those of several machines differ. */
export async function acquireHostPermit(db: Db, host: string, holdMs: number): Promise<HostPermit> {
  const until = sql`clock_timestamp() + make_interval(secs => ${holdMs / 1000})`;
  const acquired = await db.execute<{ fencingToken: string }>(sql`
    INSERT INTO host_permits (host, fencing_token, is_held, available_at)
    VALUES (${host}, 1, true, ${until})
    ON CONFLICT (host) DO UPDATE SET
      fencing_token = host_permits.fencing_token + 1, is_held = true, available_at = excluded.available_at
    WHERE host_permits.available_at <= clock_timestamp()
      OR host_permits.available_at > clock_timestamp() + make_interval(hours => ${MAX_AHEAD_HOURS})
    RETURNING fencing_token AS "fencingToken"`);
  const [row] = acquired.rows;
  if (row) return { fencingToken: Number(row.fencingToken) };
  const found = await db.execute<{ waitMs: number; isHeld: boolean }>(sql`
    SELECT is_held AS "isHeld",
      ceil(greatest(0, extract(epoch FROM available_at - clock_timestamp())) * 1000)::float8 AS "waitMs"
    FROM host_permits WHERE host = ${host}`);
  return found.rows[0] ?? { waitMs: 0, isHeld: false };
}

/** Releases a permit: the host is available again after `pauseMs`. No effect for an expired permit
 *  that another process has acquired since. */
export async function releaseHostPermit(
  db: Db,
  host: string,
  { fencingToken, pauseMs }: { fencingToken: number; pauseMs: number },
): Promise<void> {
  await db.execute(sql`
    UPDATE host_permits SET is_held = false,
      available_at = clock_timestamp() + make_interval(secs => ${pauseMs / 1000})
    WHERE host = ${host} AND fencing_token = ${fencingToken}`);
}
