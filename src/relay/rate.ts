import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { RateLimiterPostgres, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { createFifo, type Fifo } from './fifo.ts';

/** How many messages a second each relay is given, over all workers. */
export interface Rate {
  /** Resolves when a message may go to this relay; the first who asks is the first who may. */
  takeTurn(relay: string): Promise<void>;
  close(): void;
}

/** Where workers count together. */
export type RateStore = { redisUrl: string } | { pool: pg.Pool };

/** Part of a second's turns that one worker takes at once: a count in the store per message would be
 *  slow, and more at once would leave the others nothing. */
const SHARE = 0.1;

/** While the store does not answer nobody knows what the others send: nothing goes out. In ms. */
const STORE_AGAIN_MS = 1_000;

/**
 * At most `perSecond` messages a second to one relay, counted in fixed seconds in Redis or in the
 * table `rates`. A store that cannot be reached is waited for; `onError` hears of each try.
 */
export function openRate({
  perSecond,
  store,
  onError,
  sleep = (ms) => wait(ms),
}: {
  perSecond: number;
  store: RateStore;
  onError: (error: Error) => void;
  sleep?: (ms: number) => Promise<unknown>;
}): Rate {
  const { limiter, close } = openLimiter(perSecond, store, onError);
  const lines = new Map<string, Fifo<() => void>>();
  const mostAtOnce = Math.max(1, Math.floor(perSecond * SHARE));
  let isClosed = false;

  const serve = async (relay: string, line: Fifo<() => void>) => {
    while (line.length > 0 && !isClosed) {
      const turns = Math.min(line.length, mostAtOnce);
      try {
        await limiter.consume(relay, turns);
        for (let turn = 0; turn < turns; turn += 1) line.shift()?.();
      } catch (error) {
        const isOver = error instanceof RateLimiterRes;
        if (!isOver) onError(error as Error);
        await sleep(isOver ? Math.max(1, error.msBeforeNext) : STORE_AGAIN_MS);
      }
    }
    lines.delete(relay);
  };

  return {
    takeTurn: (relay) =>
      new Promise((resolve) => {
        const known = lines.get(relay);
        const line = known ?? createFifo<() => void>();
        line.push(resolve);
        if (known) return;
        lines.set(relay, line);
        void serve(relay, line);
      }),
    close: () => {
      isClosed = true;
      close();
    },
  };
}

function openLimiter(perSecond: number, store: RateStore, onError: (error: Error) => void) {
  const options = { keyPrefix: 'relay', points: perSecond, duration: 1 };
  if ('pool' in store) {
    const limiter = new RateLimiterPostgres({
      ...options,
      storeClient: store.pool,
      storeType: 'pool',
      tableName: 'rates',
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
