import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { createRedisQueueBackend } from '../../src/queue/backend.ts';
import { openQueue } from '../../src/queue/queue.ts';
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
