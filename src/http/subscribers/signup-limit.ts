import type pg from 'pg';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { PaperboyError } from '../../domain/errors.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';

/** Counts a sign-up from a network. Rejects when it had its share of this hour. */
export type SignupLimit = (network: string) => Promise<void>;

const HOUR_SECONDS = 3600;

/** At most `perHour` sign-ups from one network, over all processes on the same database. */
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
