import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { emptyRedis, requireRedisUrl } from '../support/redis.ts';
import { countPermitsPerSecond } from './support/permits-per-second.ts';

it('Two workers that count in Redis keep the rate together', async () => {
  await emptyRedis();
  const redisUrl = requireRedisUrl();
  const redis = new Redis(redisUrl);
  // Redis counts on its own clock: removing the counts does what a second would do.
  const pass = async () => {
    await redis.flushdb();
  };
  const counts = await countPermitsPerSecond({ redisUrl }, pass, 40);
  redis.disconnect();
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
  expect(Math.max(...counts)).toBeLessThanOrEqual(10);
});
