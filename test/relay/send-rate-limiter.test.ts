import { describe, expect, it } from 'vitest';
import { openSendRateLimiter, type PermitStore } from '../../src/relay/send-rate-limiter.ts';

describe('A send rate limit', () => {
  it('No second has more permits than the rate, wherever it begins, over workers together', async () => {
    const world = createWorld();
    const store = world.openStore();
    const workers = [0, 3, 17].map((delayMs) =>
      world.startWorker({ store, perSecond: 25, delayMs }),
    );
    await world.run(workers.map(({ takeAll }) => takeAll(40)));
    expect(world.granted).toHaveLength(120);
    expect(countMostPerSecond(world.granted)).toBe(25);
    // Nothing is wasted: 120 permits at 25 a second take 4.8 s.
    expect(world.nowMs()).toBeLessThan(5_000);
  });

  it('A process that was held up does not make up for it by a burst', async () => {
    const world = createWorld();
    const worker = world.startWorker({ store: world.openStore(), perSecond: 100, delayMs: 0 });
    world.holdUp({ afterMs: 300, forMs: 95 });
    await world.run([worker.takeAll(300)]);
    expect(countMostPerSecond(world.granted)).toBeLessThanOrEqual(102);
  });

  it('No permit is granted while the store fails or is full, then permits go on', async () => {
    const world = createWorld();
    const errors: string[] = [];
    let requests = 0;
    const store: PermitStore = {
      reserve: async () => {
        requests += 1;
        if (requests === 1) throw new Error('The store is down.');
        return requests < 4 ? null : 0;
      },
      close: () => undefined,
    };
    const worker = world.startWorker({ store, perSecond: 10, delayMs: 0, errors });
    await world.run([worker.takeAll(1)]);
    expect(errors).toEqual(['The store is down.']);
    expect(world.granted).toEqual([3000]);
  });

  it('Permits are granted in order, and for each relay separately', async () => {
    const world = createWorld();
    const { limiter } = world.startWorker({ store: world.openStore(), perSecond: 2, delayMs: 0 });
    const order: string[] = [];
    const take = async (name: string) => {
      await limiter.acquire(name.charAt(0));
      order.push(`${name} ${world.nowMs()}`);
    };
    await world.run(['a1', 'a2', 'a3', 'b1', 'b2'].map(take));
    expect(order).toEqual(['a1 0', 'b1 0', 'a2 500', 'b2 500', 'a3 1000']);
  });
});

/** Workers in virtual time, which passes when all of them sleep. */
function createWorld() {
  let nowMs = 0;
  let held = { afterMs: Number.POSITIVE_INFINITY, forMs: 0 };
  const sleepers: { atMs: number; wake: () => void }[] = [];
  const granted: number[] = [];
  const sleep = (ms: number) =>
    new Promise<void>((wake) => {
      sleepers.push({ atMs: nowMs + ms, wake });
    });
  return {
    granted,
    nowMs: () => nowMs,
    holdUp: (when: typeof held) => {
      held = when;
    },
    /** Reserves as the stores do. */
    openStore: (): PermitStore => {
      const nextMs = new Map<string, number>();
      return {
        reserve: async (relay, durationMs) => {
          const startMs = Math.max(nowMs, nextMs.get(relay) ?? 0);
          nextMs.set(relay, startMs + durationMs);
          return startMs - nowMs;
        },
        close: () => undefined,
      };
    },
    startWorker: (options: {
      store: PermitStore;
      perSecond: number;
      delayMs: number;
      errors?: string[];
    }) => {
      const limiter = openSendRateLimiter({
        ...options,
        sleep,
        elapsedMs: () => nowMs,
        onError: ({ message }) => options.errors?.push(message),
      });
      const take = async () => {
        await limiter.acquire('relay.example.org:25');
        granted.push(nowMs);
      };
      const takeAll = async (count: number) => {
        await sleep(options.delayMs);
        await Promise.all(Array.from({ length: count }, take));
      };
      return { limiter, takeAll };
    },
    run: async (tasks: Promise<unknown>[]) => {
      let isDone = false;
      const done = Promise.all(tasks).finally(() => {
        isDone = true;
      });
      for (;;) {
        await new Promise(setImmediate);
        if (isDone) break;
        sleepers.sort((a, b) => a.atMs - b.atMs);
        const next = sleepers.shift();
        if (!next) throw new Error('Every worker waits for ever.');
        nowMs = Math.max(nowMs, next.atMs);
        if (nowMs >= held.afterMs) {
          nowMs += held.forMs;
          held = { afterMs: Number.POSITIVE_INFINITY, forMs: 0 };
        }
        next.wake();
      }
      await done;
    },
  };
}

/** The most of these moments, in ms, within any second. */
function countMostPerSecond(moments: readonly number[]): number {
  return Math.max(
    ...moments.map((from) => moments.filter((at) => at >= from && at < from + 1000).length),
  );
}
