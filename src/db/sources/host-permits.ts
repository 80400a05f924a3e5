import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';

/** The right to ask a host, or how long it is to be waited for. */
export type HostPermit =
  | { fencingToken: number }
  /** `isHeld`: somebody asks it now and may be done sooner. */
  | { waitMs: number; isHeld: boolean };

/** Longer than any host is left alone, in hours: a pause beyond was written by a clock that has been set
 *  back since. */
const MAX_AHEAD_HOURS = 25;

/** Takes the turn at a host for at most `holdMs`, if nobody has it and its pause is over. As with leases,
 *  the database's clock counts: those of several machines differ. */
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

/** Ends a turn: the host is free again after `pauseMs`. One that was taken away meanwhile changes nothing. */
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
