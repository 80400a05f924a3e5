import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { LIBRARY_COPY } from '../../copy/en/pages/library.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';

/** Counts an import of a subscriber. Rejects with `TOO_MANY_IMPORTS` from the limit on. */
export type ImportLimit = (subscriberId: number) => Promise<void>;

const HOUR_SECONDS = 3600;

/** Allows `perHour` imports of one subscriber to this process: each may cause requests to other
 *  sites and takes up to a second of work. */
export function createImportLimit(perHour: number): ImportLimit {
  const limiter = new RateLimiterMemory({ points: perHour, duration: HOUR_SECONDS });
  return async (subscriberId) => {
    try {
      await limiter.consume(subscriberId);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const minutes = Math.max(1, Math.ceil(error.msBeforeNext / MINUTE_MS));
      throw new PaperboyError('TOO_MANY_IMPORTS', LIBRARY_COPY.problems.tooMany(perHour, minutes));
    }
  };
}
