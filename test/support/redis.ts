import { Redis } from 'ioredis';

/**
 * URL of the Redis database of this test process, or null when the queue is in PostgreSQL. Parallel
 * test processes use different ones of the 16 databases.
 */
export const redisUrl = process.env.TEST_REDIS_URL
  ? `${process.env.TEST_REDIS_URL}/${Number(process.env.VITEST_POOL_ID ?? 0) % 16}`
  : null;

/** The same, where a test needs Redis. @throws Error when TEST_REDIS_URL is not set. */
export function requireRedisUrl(): string {
  if (redisUrl === null) throw new Error('TEST_REDIS_URL is not set: run npm run test:services.');
  return redisUrl;
}

/** Removes the keys of earlier test files. */
export async function emptyRedis(): Promise<void> {
  if (redisUrl === null) return;
  const redis = new Redis(redisUrl);
  await redis.flushdb();
  redis.disconnect();
}
