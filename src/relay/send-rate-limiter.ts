import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { RateLimiterPostgres, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { createFifo, type Fifo } from './fifo.ts';

/** How many messages a second each relay is given, over all workers. */
export interface SendRateLimiter {
  /** Resolves when a message may go to this relay; the first who asks is the first who may. */
  acquire(relay: string): Promise<void>;
  close(): void;
}

/** Where workers count together. */
export type RateLimitStore = { redisUrl: string } | { pool: pg.Pool };

/** Part of a second's turns that one worker takes at once: a count in the store per message would be
 *  slow, and more at once would leave the others nothing. */
const SHARE_PER_REQUEST = 0.1;

/** While the store does not answer nobody knows what the others send: nothing goes out. In ms. */
const STORE_RETRY_DELAY_MS = 1_000;

/**
 * At most `perSecond` messages a second to one relay, counted in fixed seconds in Redis or in the
 * table `rates`. A store that cannot be reached is waited for; `onError` hears of each try.
 */
export function openSendRateLimiter({
  perSecond,
  store,
  onError,
  sleep = (ms) => wait(ms),
}: {
  perSecond: number;
  store: RateLimitStore;
  onError: (error: Error) => void;
  sleep?: (ms: number) => Promise<unknown>;
}): SendRateLimiter {
  const { limiter, close } = openLimiter(perSecond, store, onError);
  const queues = new Map<string, Fifo<() => void>>();
  const maxPermitsPerRequest = Math.max(1, Math.floor(perSecond * SHARE_PER_REQUEST));
  let isClosed = false;

  const grantPermits = async (relay: string, queue: Fifo<() => void>) => {
    while (queue.length > 0 && !isClosed) {
      const permits = Math.min(queue.length, maxPermitsPerRequest);
      try {
        await limiter.consume(relay, permits);
        for (let granted = 0; granted < permits; granted += 1) queue.shift()?.();
      } catch (error) {
        const isRateExceeded = error instanceof RateLimiterRes;
        if (!isRateExceeded) onError(error as Error);
        await sleep(isRateExceeded ? Math.max(1, error.msBeforeNext) : STORE_RETRY_DELAY_MS);
      }
    }
    queues.delete(relay);
  };

  return {
    acquire: (relay) =>
      new Promise((resolve) => {
        const existingQueue = queues.get(relay);
        const queue = existingQueue ?? createFifo<() => void>();
        queue.push(resolve);
        if (existingQueue) return;
        queues.set(relay, queue);
        void grantPermits(relay, queue);
      }),
    close: () => {
      isClosed = true;
      close();
    },
  };
}

function openLimiter(perSecond: number, store: RateLimitStore, onError: (error: Error) => void) {
  const options = { keyPrefix: 'relay', points: perSecond, duration: 1 };
  if ('pool' in store) {
    const limiter = new RateLimiterPostgres({
      ...options,
      storeClient: store.pool,
      storeType: 'pool',
      tableName: 'sending_rate_limits',
      tableCreated: true,
      clearExpiredByTimeout: false,
    });
    return { limiter, close: () => undefined };
  }
  const redis = new Redis(store.redisUrl, { maxRetriesPerRequest: 0, enableOfflineQueue: true });
  redis.on('error', onError);
  const limiter = new RateLimiterRedis({ ...options, storeClient: redis });
  return { limiter, close: () => redis.disconnect() };
}
