import { afterEach, describe, expect, it, vi } from 'vitest';
import { openSendRateLimiter, type SendRateLimiter } from '../../src/relay/send-rate-limiter.ts';
import { useDatabase } from '../support/database.ts';
import { countPermitsPerSecond } from './support/permits-per-second.ts';

const database = useDatabase();
const opened: SendRateLimiter[] = [];

afterEach(() => {
  vi.useRealTimers();
  for (const rate of opened.splice(0)) rate.close();
});

describe('A rate', () => {
  it('holds over two workers that count in PostgreSQL', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const pass = async (ms: number) => {
      vi.setSystemTime(Date.now() + ms);
    };
    const counts = await countPermitsPerSecond({ pool: database.database.pool }, pass, 40);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
    expect(Math.max(...counts)).toBeLessThanOrEqual(10);
    expect(counts[0]).toBe(10);
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
