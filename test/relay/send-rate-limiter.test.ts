import { afterEach, describe, expect, it, vi } from 'vitest';
import { openSendRateLimiter, type SendRateLimiter } from '../../src/relay/send-rate-limiter.ts';
import { useDatabase } from '../support/database.ts';
import { countPermitsPerSecond } from './support/permits-per-second.ts';

const database = useDatabase();
const opened: SendRateLimiter[] = [];

afterEach(() => {
  vi.useRealTimers();
  for (const limiter of opened.splice(0)) limiter.close();
});

describe('A send rate limit', () => {
  it('A rate holds over two workers that count in PostgreSQL', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const pass = async (ms: number) => {
      vi.setSystemTime(Date.now() + ms);
    };
    const counts = await countPermitsPerSecond({ pool: database.database.pool }, pass, 40);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
    expect(Math.max(...counts)).toBeLessThanOrEqual(10);
    expect(counts[0]).toBe(10);
  });

  it('No permit is granted while the store fails, then permits go on', async () => {
    let isDown = true;
    const errors: string[] = [];
    let granted = 0;
    const { pool } = database.database;
    const store = {
      pool: {
        query: (...args: unknown[]) =>
          isDown
            ? Promise.reject(new Error('The store is down.'))
            : (pool.query as (...args: unknown[]) => unknown)(...args),
      } as never,
    };
    const waits: number[] = [];
    const limiter = openSendRateLimiter({
      perSecond: 10,
      store,
      onError: (error) => errors.push(error.message),
      sleep: async (ms) => {
        waits.push(ms);
        expect(granted).toBe(0);
        isDown = errors.length < 3;
      },
    });
    opened.push(limiter);
    await limiter.acquire('other.example.org:25');
    granted += 1;
    expect(errors).toEqual(Array(3).fill('The store is down.'));
    expect(waits).toEqual([1000, 1000, 1000]);
  });

  it('Permits are granted in order, and for each relay separately', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(Date.now() + 60_000);
    const order: string[] = [];
    const limiter = openSendRateLimiter({
      perSecond: 2,
      store: { pool: database.database.pool },
      onError: () => undefined,
      sleep: async (ms) => {
        vi.setSystemTime(Date.now() + ms);
      },
    });
    opened.push(limiter);
    const take = async (relay: string, name: string) => {
      await limiter.acquire(relay);
      order.push(name);
    };
    await Promise.all(['a1', 'a2', 'a3', 'a4', 'b1'].map((name) => take(name.charAt(0), name)));
    expect(order.filter((name) => name.startsWith('a'))).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(order).toContain('b1');
  });
});
