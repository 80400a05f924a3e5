import { sql } from 'drizzle-orm';
import type pg from 'pg';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { PaperboyError } from '../../domain/errors.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import type { Db } from '../client.ts';

/** Counts a sign-up from a network. Rejects with `TOO_MANY_SIGNUPS` when it has had its share. */
type SignupLimit = (network: string) => Promise<void>;

const HOUR_SECONDS = 3600;

/** At most `perHour` sign-ups an hour from one network, over all processes on the same database.
 *  The table is read and written by rate-limiter-flexible, with its times in ms. */
export function createSignupLimit(pool: pg.Pool, perHour: number): SignupLimit {
  const limiter = new RateLimiterPostgres({
    storeClient: pool,
    storeType: 'pool',
    tableName: 'signup_limits',
    tableCreated: true,
    keyPrefix: 'signup',
    points: perHour,
    duration: HOUR_SECONDS,
    clearExpiredByTimeout: false,
  });
  return async (network) => {
    try {
      await limiter.consume(network);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const minutes = Math.max(1, Math.ceil(error.msBeforeNext / MINUTE_MS));
      throw new PaperboyError(
        'TOO_MANY_SIGNUPS',
        `More than ${perHour} sign-ups came from your network within an hour: try again in ${minutes} minutes.`,
      );
    }
  };
}

/** Removes the counts of networks whose hour has passed. Returns how many. */
export async function removeExpiredSignupLimits(db: Db, now: Date): Promise<number> {
  const removed = await db.execute(sql`DELETE FROM signup_limits WHERE expire < ${now.getTime()}`);
  return removed.rowCount ?? 0;
}
