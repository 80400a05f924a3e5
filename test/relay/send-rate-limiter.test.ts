import { Redis } from 'ioredis';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  openSendRateLimiter,
  type RateLimitStore,
  type SendRateLimiter,
} from '../../src/relay/send-rate-limiter.ts';
import { useDatabase } from '../support/database.ts';
import { emptyRedis, redisUrl } from '../support/redis.ts';

const database = useDatabase();
const opened: SendRateLimiter[] = [];

afterEach(() => {
  vi.useRealTimers();
  for (const rate of opened.splice(0)) rate.close();
});

/** Takes turns on two workers at once; returns how many each second had. Time stands still until every
 *  worker that has not got all its turns waits for it: then `pass` is called. */
async function secondsOf(
  store: RateLimitStore,
  pass: (ms: number) => Promise<void>,
  turns: number,
) {
  const counts: number[] = [0];
  let working = 2;
  let asleep: (() => void)[] = [];
  const wakeUp = async (ms: number) => {
    if (working === 0 || asleep.length < working) return;
    const sleepers = asleep;
    asleep = [];
    await pass(ms);
    counts.push(0);
    for (const wake of sleepers) wake();
  };
  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      asleep.push(resolve);
      void wakeUp(ms);
    });
  const onError = (error: Error) => {
    throw error;
  };
  const rates = [1, 2].map(() => openSendRateLimiter({ perSecond: 10, store, onError, sleep }));
  opened.push(...rates);
  const takeAll = async (rate: SendRateLimiter) => {
    const take = async () => {
      await rate.acquire('relay.example.org:25');
      counts[counts.length - 1] = (counts.at(-1) ?? 0) + 1;
    };
    await Promise.all(Array.from({ length: turns / 2 }, take));
    working -= 1;
    await wakeUp(1000);
  };
  await Promise.all(rates.map(takeAll));
  return counts;
}

describe('A rate', () => {
  it('holds over two workers that count in PostgreSQL', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const pass = async (ms: number) => {
      vi.setSystemTime(Date.now() + ms);
    };
    const counts = await secondsOf({ pool: database.database.pool }, pass, 40);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
    expect(Math.max(...counts)).toBeLessThanOrEqual(10);
    expect(counts[0]).toBe(10);
  });

  it.runIf(redisUrl !== null)('holds over two workers that count in Redis', async () => {
    await emptyRedis();
    const redis = new Redis(redisUrl ?? '');
    // The seconds are the server's own: ending them is what time would do.
    const pass = async () => {
      await redis.flushdb();
    };
    const counts = await secondsOf({ redisUrl: redisUrl ?? '' }, pass, 40);
    redis.disconnect();
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
    expect(Math.max(...counts)).toBeLessThanOrEqual(10);
  });

  it('lets nothing out while its store does not answer, then goes on', async () => {
    let isDown = true;
    const errors: string[] = [];
    let taken = 0;
    const { pool } = database.database;
    const store = {
      pool: {
        query: (...args: unknown[]) =>
          isDown
            ? Promise.reject(new Error('The store is gone.'))
            : (pool.query as (...args: unknown[]) => unknown)(...args),
      } as never,
    };
    const waits: number[] = [];
    const rate = openSendRateLimiter({
      perSecond: 10,
      store,
      onError: (error) => errors.push(error.message),
      sleep: async (ms) => {
        waits.push(ms);
        expect(taken).toBe(0);
        isDown = errors.length < 3;
      },
    });
    opened.push(rate);
    await rate.acquire('other.example.org:25');
    taken += 1;
    expect(errors).toEqual(Array(3).fill('The store is gone.'));
    expect(waits).toEqual([1000, 1000, 1000]);
  });

  it('serves who came first, and each relay by itself', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 60_000);
    const order: string[] = [];
    const rate = openSendRateLimiter({
      perSecond: 2,
      store: { pool: database.database.pool },
      onError: () => undefined,
      sleep: async (ms) => {
        vi.setSystemTime(Date.now() + ms);
      },
    });
    opened.push(rate);
    const take = async (relay: string, name: string) => {
      await rate.acquire(relay);
      order.push(name);
    };
    await Promise.all(['a1', 'a2', 'a3', 'a4', 'b1'].map((name) => take(name.charAt(0), name)));
    expect(order.filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(order).toContain('b1');
  });
});
