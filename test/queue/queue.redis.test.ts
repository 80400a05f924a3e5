import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { createRedisQueueBackend } from '../../src/queue/backend.ts';
import type { Handlers } from '../../src/queue/jobs.ts';
import { openQueue } from '../../src/queue/queue.ts';
import { openHalfOpenProxy } from '../support/half-open-proxy.ts';
import { requireRedisUrl } from '../support/redis.ts';

it('A Redis that responds but refuses writes fails the check of the queue', async () => {
  const redisUrl = requireRedisUrl();
  const admin = new Redis(redisUrl);
  await admin.acl('SETUSER', 'limited', 'on', 'nopass', '~*', '&*', '+@all', '-set');
  const url = new URL(redisUrl);
  url.username = 'limited';
  url.password = 'any';
  const backend = createRedisQueueBackend(url.href, () => undefined);
  const queue = openQueue(backend, () => undefined);
  await expect(queue.check()).rejects.toThrow(/NOPERM/);
  await queue.close();
  await backend.close();
  await admin.acl('DELUSER', 'limited');
  admin.disconnect();
});

it('Jobs run again soon after a failover of Redis that closed no connection', async () => {
  const redisUrl = requireRedisUrl();
  const proxy = await openHalfOpenProxy(redisUrl);
  const backend = createRedisQueueBackend(proxy.url, () => undefined);
  const queue = openQueue(backend, () => undefined);
  const direct = createRedisQueueBackend(redisUrl, () => undefined);
  const producer = openQueue(direct, () => undefined);
  const handled: number[] = [];
  const handlers = {
    'transactional-email': async ({ emailId }: { emailId: number }) => void handled.push(emailId),
  } as unknown as Handlers;
  const workers = await queue.startWorkers(['transactional'], handlers, {
    concurrency: 1,
    onError: () => undefined,
  });
  await queue.enqueue('transactional-email', { emailId: 1 });
  await expect.poll(() => handled).toEqual([1]);
  proxy.silence();
  await producer.enqueue('transactional-email', { emailId: 2 });
  await expect.poll(() => handled, { timeout: 60_000 }).toEqual([1, 2]);
  await expect.poll(() => queue.check().then(() => 'works', String)).toBe('works');
  await workers.stop();
  for (const each of [queue, backend, producer, direct, proxy]) await each.close();
}, 120_000);
