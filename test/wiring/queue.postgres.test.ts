import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Handlers } from '../../src/queue/jobs.ts';
import type { Queue } from '../../src/queue/queue.ts';
import { type Closer, closeAll } from '../../src/wiring/database.ts';
import { openConfiguredQueue } from '../../src/wiring/queue.ts';
import { openTestDatabase } from '../support/database.ts';
import { findFreePort } from '../support/free-port.ts';
import { openHalfOpenProxy } from '../support/half-open-proxy.ts';

let test: Awaited<ReturnType<typeof openTestDatabase>>;
const closers: Closer[] = [];

beforeAll(async () => {
  test = await openTestDatabase();
});
afterAll(async () => {
  await closeAll(closers);
  await test.close();
});

async function open(databaseUrl: string): Promise<Queue> {
  const config = { redisUrl: null, databaseUrl };
  return openConfiguredQueue(config, test.database, { closers, onError: () => undefined });
}

describe('The queue in a PostgreSQL server', () => {
  it('A queue that cannot be opened fails the start, since it would never work', async () => {
    const url = `postgres://paperboy@127.0.0.1:${await findFreePort()}/paperboy`;
    await expect(open(url)).rejects.toMatchObject({ code: 'QUEUE_UNREACHABLE' });
  });

  it('Jobs run again soon after a failover of PostgreSQL that closed no connection', async () => {
    const proxy = await openHalfOpenProxy(test.url ?? '');
    closers.push(() => proxy.close());
    const queue = await open(proxy.url);
    const producer = await open(test.url ?? '');
    const handled: number[] = [];
    const handlers = {
      'transactional-email': async ({ emailId }: { emailId: number }) => void handled.push(emailId),
    } as unknown as Handlers;
    const workers = await queue.startWorkers(['transactional'], handlers, {
      concurrency: 1,
      onError: () => undefined,
    });
    closers.push(() => workers.stop());
    await queue.enqueue('transactional-email', { emailId: 1 });
    await expect.poll(() => handled).toEqual([1]);
    proxy.silence();
    await producer.enqueue('transactional-email', { emailId: 2 });
    await expect.poll(() => handled, { timeout: 90_000 }).toEqual([1, 2]);
  }, 150_000);
});
