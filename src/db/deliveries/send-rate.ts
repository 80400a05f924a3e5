import { sql } from 'drizzle-orm';
import { MAX_RESERVED_AHEAD_MS } from '../../domain/deliveries/send-permits.ts';
import type { Db } from '../client.ts';

/**
 * Reserves the time that permits to send to the relay take, after what is reserved, by the clock of
 * the database. Twice as far ahead nothing is ever reserved: the clock was set back since.
 * @returns in how many ms it begins; null when too much is reserved already.
 */
export async function reserveSendPermits(
  db: Db,
  relay: string,
  durationMs: number,
): Promise<number | null> {
  const duration = milliseconds(durationMs);
  const limit = sql`clock_timestamp() + ${milliseconds(MAX_RESERVED_AHEAD_MS)}`;
  const impossible = sql`clock_timestamp() + ${milliseconds(2 * MAX_RESERVED_AHEAD_MS)}`;
  const { rows } = await db.execute<{ aheadSeconds: number }>(sql`
    INSERT INTO sending_rate_limits AS known (relay, next_at)
    VALUES (${relay}, clock_timestamp() + ${duration})
    ON CONFLICT (relay) DO UPDATE SET next_at = CASE
      WHEN known.next_at > ${impossible} THEN clock_timestamp()
      ELSE greatest(known.next_at, clock_timestamp()) END + ${duration}
    WHERE known.next_at < ${limit} OR known.next_at > ${impossible}
    RETURNING (extract(epoch FROM next_at) - extract(epoch FROM clock_timestamp()))::float8
      AS "aheadSeconds"`);
  const [row] = rows;
  return row === undefined ? null : Math.max(0, row.aheadSeconds * 1000 - durationMs);
}

const milliseconds = (ms: number) => sql`make_interval(secs => ${ms / 1000}::float8)`;
