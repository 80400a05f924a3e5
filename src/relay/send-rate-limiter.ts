import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { RateLimiterPostgres, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { createFifo, type Fifo } from './pool/fifo.ts';

/** Limits the messages per second to each relay, over all workers. */
export interface SendRateLimiter {
  /** Resolves when a message may go to this relay, in the order of the calls. */
  acquire(relay: string): Promise<void>;
  close(): void;
}

/** Where all workers count together. */
export type RateLimitStore = { redisUrl: string } | { pool: pg.Pool };

/** Share of a second's permits that one worker takes at once. A request to the store per message
 *  would be slow; a larger share would starve the other workers. */
const SHARE_PER_REQUEST = 0.1;

/** Delay before the store is asked again after an error, in ms. Until then nothing is sent,
 *  because what other workers send is unknown. */
const STORE_RETRY_DELAY_MS = 1_000;

/**
 * Allows at most `perSecond` messages a second to each relay, counted in fixed windows of a second,
 * in Redis or in the table `sending_rate_limits`. `db/schema.ts` defines that table; its SQL is
 * that of rate-limiter-flexible. While the store fails, permits wait; `onError` gets each error.
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

/** How long Redis may take to respond, in ms: after a silent failover it never would. */
const COMMAND_TIMEOUT_MS = 5000;

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
  const redis = new Redis(store.redisUrl, {
    maxRetriesPerRequest: 0,
    enableOfflineQueue: true,
    commandTimeout: COMMAND_TIMEOUT_MS,
  });
  redis.on('error', onError);
  const limiter = new RateLimiterRedis({ ...options, storeClient: redis });
  return { limiter, close: () => redis.disconnect() };
}
