import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { PaperboyError } from '../../domain/errors.ts';

/** Counts a question from a network. Rejects when it had its share of this minute. */
export type KeywordCountLimit = (network: string) => Promise<void>;

const MINUTE_SECONDS = 60;

/** At most `perMinute` questions from one network to this process: typing asks often, and full text is
 *  the dearest thing that anybody may ask for. */
export function createKeywordCountLimit(perMinute: number): KeywordCountLimit {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: MINUTE_SECONDS });
  return async (network) => {
    try {
      await limiter.consume(network);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
      throw new PaperboyError(
        'TOO_MANY_QUESTIONS',
        `More than ${perMinute} questions came from your network within a minute: try again in ${seconds} seconds.`,
      );
    }
  };
}
