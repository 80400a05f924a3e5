import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ERROR_COPY } from '../../copy/en/pages/errors.ts';
import { PaperboyError } from '../../domain/errors.ts';

/** Counts a request from a network. Rejects when the network exceeded its limit for this minute. */
type KeywordCountLimit = (network: string) => Promise<void>;

const MINUTE_SECONDS = 60;

/** Allows `perMinute` requests from one network to this process. Typing sends many, and a full-text
 *  count is the most expensive public request. */
export function createKeywordCountLimit(perMinute: number): KeywordCountLimit {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: MINUTE_SECONDS });
  return async (network) => {
    try {
      await limiter.consume(network);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
      throw new PaperboyError('TOO_MANY_QUESTIONS', ERROR_COPY.tooManyRequests(perMinute, seconds));
    }
  };
}
