import { sql } from 'drizzle-orm';
import type { Db } from './client.ts';

/** The right to ask a host, or how long it is to be waited for. */
export type Turn =
  | { number: number }
  /** `isHeld`: somebody asks it now and may be done sooner. */
  | { waitMs: number; isHeld: boolean };

/** Longer than any host is left alone, in hours: a pause beyond was written by a clock that has been set
 *  back since. */
const MOST_AHEAD_HOURS = 25;

/** Takes the turn at a host for at most `holdMs`, if nobody has it and its pause is over. As with leases,
 *  the database's clock counts: those of several machines differ. */
export async function takeTurn(db: Db, host: string, holdMs: number): Promise<Turn> {
  const until = sql`clock_timestamp() + make_interval(secs => ${holdMs / 1000})`;
  const taken = await db.execute<{ number: string }>(sql`
    INSERT INTO turns (host, number, is_held, free_at) VALUES (${host}, 1, true, ${until})
    ON CONFLICT (host) DO UPDATE SET number = turns.number + 1, is_held = true, free_at = excluded.free_at
    WHERE turns.free_at <= clock_timestamp()
      OR turns.free_at > clock_timestamp() + make_interval(hours => ${MOST_AHEAD_HOURS})
    RETURNING number`);
  const [row] = taken.rows;
  if (row) return { number: Number(row.number) };
  const found = await db.execute<{ waitMs: number; isHeld: boolean }>(sql`
    SELECT is_held AS "isHeld",
      ceil(greatest(0, extract(epoch FROM free_at - clock_timestamp())) * 1000)::float8 AS "waitMs"
    FROM turns WHERE host = ${host}`);
  return found.rows[0] ?? { waitMs: 0, isHeld: false };
}

/** Ends a turn: the host is free again after `pauseMs`. One that was taken away meanwhile changes nothing. */
export async function endTurn(
  db: Db,
  host: string,
  { number, pauseMs }: { number: number; pauseMs: number },
): Promise<void> {
  await db.execute(sql`
    UPDATE turns SET is_held = false,
      free_at = clock_timestamp() + make_interval(secs => ${pauseMs / 1000})
    WHERE host = ${host} AND number = ${number}`);
}
