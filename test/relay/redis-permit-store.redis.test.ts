import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRedisPermitStore } from '../../src/relay/redis-permit-store.ts';
import type { PermitStore } from '../../src/relay/send-rate-limiter.ts';
import { openHalfOpenProxy } from '../support/half-open-proxy.ts';
import { emptyRedis, requireRedisUrl } from '../support/redis.ts';

let redis: Redis;
let stores: PermitStore[];

beforeAll(async () => {
  await emptyRedis();
  const url = requireRedisUrl();
  redis = new Redis(url);
  const onError = (error: Error) => {
    throw error;
  };
  stores = [1, 2].map(() => openRedisPermitStore(url, onError));
});
afterAll(() => {
  for (const store of stores) store.close();
  redis.disconnect();
});

const readNextUs = async (relay: string) => Number(await redis.get(`relay:${relay}`));

describe('Permits in Redis', () => {
  it('Two workers never reserve the same time', async () => {
    let lastUs = 0;
    for (let round = 0; round < 10; round += 1) {
      const waitMs = await stores[round % 2]?.reserve('mx:25', 500);
      const nextUs = await readNextUs('mx:25');
      expect(nextUs - lastUs).toBeGreaterThanOrEqual(500_000);
      if (waitMs !== 0 && round > 0) expect(nextUs - lastUs).toBe(500_000);
      lastUs = nextUs;
    }
  });

  it('Nothing more is reserved once ten seconds are', async () => {
    await redis.set('relay:full:25', ((Date.now() + 19_000) * 1000).toFixed(0));
    expect(await stores[0]?.reserve('full:25', 100)).toBeNull();
  });

  it('What was reserved before the clock was set back does not block', async () => {
    await redis.set('relay:back:25', ((Date.now() + 3_600_000) * 1000).toFixed(0));
    expect(await stores[0]?.reserve('back:25', 100)).toBe(0);
  });

  it('Permits are reserved again soon after a failover of Redis that closed no connection', async () => {
    const proxy = await openHalfOpenProxy(requireRedisUrl());
    const store = openRedisPermitStore(proxy.url, () => undefined);
    expect(await store.reserve('failed-over:25', 1)).toBe(0);
    proxy.silence();
    await expect(store.reserve('failed-over:25', 1)).rejects.toThrow();
    const reserve = () => store.reserve('failed-over:25', 1).catch(() => null);
    await expect.poll(reserve).not.toBeNull();
    store.close();
    await proxy.close();
  });
});
