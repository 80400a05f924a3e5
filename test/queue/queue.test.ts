import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { postgresBackend, type QueueBackend, redisBackend } from '../../src/queue/backend.ts';
import type { Handlers, JobName, QueueName } from '../../src/queue/jobs.ts';
import { openQueue, type Queue, type Work } from '../../src/queue/queue.ts';
import { useDatabase } from '../support/database.ts';
import { emptyRedis, redisUrl } from '../support/redis.ts';
import { closedPort } from '../support/sink.ts';

const database = useDatabase();
let backend: QueueBackend;
let queue: Queue;
const works: Work[] = [];

beforeAll(async () => {
  await emptyRedis();
  backend =
    redisUrl === null
      ? postgresBackend(database.database.pool)
      : redisBackend(redisUrl, () => undefined);
  queue = openQueue(backend, () => undefined);
});

afterEach(async () => {
  for (const work of works.splice(0)) await work.stop();
});

afterAll(async () => {
  await queue.close();
  await backend.close();
  await emptyRedis();
});

interface Heard {
  name: JobName;
  data: object;
}

/** Handlers that write down what rings; `next(n)` resolves once `n` rings in all were handled. */
function listener(handle: (heard: Heard) => Promise<void> = async () => undefined) {
  const heard: Heard[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const on = (name: JobName) => async (data: object) => {
    heard.push({ name, data });
    try {
      await handle({ name, data });
    } finally {
      for (const { count, resolve } of waiting) if (heard.length >= count) resolve();
    }
  };
  const handlers = Object.fromEntries(
    (['compose', 'due', 'batch', 'letter', 'tidy'] as const).map((name) => [name, on(name)]),
  ) as unknown as Handlers;
  return {
    heard,
    handlers,
    next: (count: number) =>
      new Promise<void>((resolve) => {
        if (heard.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
}

async function work(
  handlers: Handlers,
  names: readonly QueueName[] = ['deliveries', 'letters'],
  onError: (error: Error, job: { name: string; id: string } | null) => void = () => undefined,
): Promise<Work> {
  const started = await queue.work(names, handlers, { concurrency: 1, onError });
  works.push(started);
  return started;
}

describe('A ring', () => {
  it('reaches the handler of its name with its data', async () => {
    const bell = listener();
    await work(bell.handlers);
    await queue.ring('letter', { letterId: 7 }, 'letter-7');
    await queue.ring('batch', { digestId: 3, batch: 0 });
    await bell.next(2);
    expect(bell.heard).toHaveLength(2);
    expect(bell.heard).toContainEqual({ name: 'letter', data: { letterId: 7 } });
    expect(bell.heard).toContainEqual({ name: 'batch', data: { digestId: 3, batch: 0 } });
  });

  it('with an id that waits already does nothing; handled, the id is free again', async () => {
    for (let time = 0; time < 3; time++) {
      await queue.ring('letter', { letterId: 8 }, 'letter-8');
      await queue.ringMany('letter', [{ data: { letterId: 8 }, id: 'letter-8' }]);
    }
    await queue.ring('letter', { letterId: 9 }, 'letter-9');
    const bell = listener();
    const first = await work(bell.handlers);
    await bell.next(2);
    await first.stop();
    expect(bell.heard.map(({ data }) => data)).toEqual([{ letterId: 8 }, { letterId: 9 }]);
    await work(bell.handlers);
    await queue.ring('letter', { letterId: 8 }, 'letter-8');
    await bell.next(3);
    expect(bell.heard).toHaveLength(3);
  });

  it('whose handler fails is told, and can ring again with the same id', async () => {
    let times = 0;
    const bell = listener(async () => {
      times += 1;
      if (times === 1) throw new Error('The relay is on fire.');
    });
    const told = new Promise<[string, unknown]>((resolve) => {
      void work(bell.handlers, ['deliveries'], (error, job) => resolve([error.message, job]));
    });
    await queue.ring('batch', { digestId: 4, batch: 0 }, 'batch-4-0');
    expect(await told).toEqual(['The relay is on fire.', { name: 'batch', id: 'batch-4-0' }]);
    await queue.ring('batch', { digestId: 4, batch: 0 }, 'batch-4-0');
    await bell.next(2);
    expect(times).toBe(2);
  });

  it('that is to be first is heard before all that waits', async () => {
    const rings = Array.from({ length: 30 }, (_, n) => ({
      data: { digestId: 100 + n, batch: 0 },
      id: `batch-${100 + n}-0`,
    }));
    await queue.ringMany('batch', rings);
    const first = { data: { digestId: 99, batch: 0 }, id: 'batch-99-0-freed', isFirst: true };
    await queue.ringMany('batch', [first]);
    await queue.ringMany('batch', [first]);
    const bell = listener();
    await work(bell.handlers);
    await bell.next(31);
    expect(bell.heard).toHaveLength(31);
    expect(bell.heard[0]?.data).toEqual({ digestId: 99, batch: 0 });
  });

  it('comes once for each of many', async () => {
    const bell = listener();
    await work(bell.handlers);
    await queue.ringMany('batch', []);
    await queue.ringMany(
      'batch',
      Array.from({ length: 50 }, (_, n) => ({
        data: { digestId: n, batch: 0 },
        id: `batch-${n}-0`,
      })),
    );
    await bell.next(50);
    const ids = bell.heard.map(({ data }) => (data as { digestId: number }).digestId);
    expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  it('goes only to workers of its queue', async () => {
    const letters = listener();
    await work(letters.handlers, ['letters']);
    await queue.ring('batch', { digestId: 5, batch: 0 }, 'batch-5-0');
    await queue.ring('letter', { letterId: 5 }, 'letter-5');
    await letters.next(1);
    const deliveries = listener();
    await work(deliveries.handlers, ['deliveries']);
    await deliveries.next(1);
    expect(letters.heard).toEqual([{ name: 'letter', data: { letterId: 5 } }]);
    expect(deliveries.heard).toEqual([{ name: 'batch', data: { digestId: 5, batch: 0 } }]);
  });
});

describe('A worker that stops', () => {
  it('waits for the job in hand and takes no more', async () => {
    let finish: () => void = () => undefined;
    const bell = listener(
      () =>
        new Promise((resolve) => {
          finish = resolve;
          started();
        }),
    );
    let started: () => void = () => undefined;
    const isStarted = new Promise<void>((resolve) => {
      started = resolve;
    });
    const worker = await work(bell.handlers, ['letters']);
    await queue.ring('letter', { letterId: 1 }, 'letter-1');
    await queue.ring('letter', { letterId: 2 }, 'letter-2');
    await isStarted;
    let isStopped = false;
    const stopping = worker.stop().then(() => {
      isStopped = true;
    });
    await queue.check();
    expect(isStopped).toBe(false);
    finish();
    await stopping;
    expect(bell.heard).toEqual([{ name: 'letter', data: { letterId: 1 } }]);
    const next = listener();
    await work(next.handlers, ['letters']);
    await next.next(1);
    expect(next.heard).toEqual([{ name: 'letter', data: { letterId: 2 } }]);
  });
});

describe('A schedule', () => {
  it('is there once, however many processes ask for it, and changes with the last', async () => {
    const other = openQueue(backend, () => undefined);
    for (const each of [queue, other]) {
      await each.schedule('compose', { kind: 'daily' }, { cron: '30 5 * * *' });
      await each.schedule('compose', { kind: 'weekly' }, { cron: '30 5 * * 1' });
      await each.schedule('due', {}, { everySeconds: 3600 });
    }
    await other.schedule('compose', { kind: 'daily' }, { cron: '45 6 * * *' });
    await other.close();
    const raw = backend.openQueue('schedule') as unknown as {
      getJobSchedulers(): Promise<{ key: string; pattern?: string; every?: string | number }[]>;
      removeJobScheduler(id: string): Promise<boolean>;
      close(): Promise<void>;
    };
    const found = (await raw.getJobSchedulers()).map(({ key, pattern, every }) => [
      key,
      pattern ?? Number(every),
    ]);
    expect(new Map(found as [string, unknown][])).toEqual(
      new Map<string, unknown>([
        ['compose-daily', '45 6 * * *'],
        ['compose-weekly', '30 5 * * 1'],
        ['due', 3_600_000],
      ]),
    );
    expect(found).toHaveLength(3);
    for (const [key] of found) await raw.removeJobScheduler(String(key));
    await raw.close();
  });

  it('comes back after its store was wiped', async () => {
    const other = openQueue(backend, () => undefined);
    await other.schedule('tidy', {}, { cron: '10 3 * * *' });
    const raw = backend.openQueue('schedule') as unknown as {
      getJobScheduler(id: string): Promise<unknown>;
      removeJobScheduler(id: string): Promise<boolean>;
      close(): Promise<void>;
    };
    expect(await raw.removeJobScheduler('tidy')).toBe(true);
    expect(await raw.getJobScheduler('tidy')).toBeUndefined();
    await other.restoreSchedules();
    expect(await raw.getJobScheduler('tidy')).toMatchObject({ pattern: '10 3 * * *' });
    await raw.removeJobScheduler('tidy');
    await raw.close();
    await other.close();
  });

  it('rings by itself', async () => {
    const bell = listener();
    await work(bell.handlers, ['schedule']);
    await queue.schedule('due', {}, { everySeconds: 3600 });
    await bell.next(1);
    expect(bell.heard).toEqual([{ name: 'due', data: {} }]);
  });
});

describe('A store that takes nothing in', () => {
  it.runIf(redisUrl !== null)('fails a check, although it answers', async () => {
    const admin = new Redis(redisUrl ?? '');
    await admin.acl('SETUSER', 'looker', 'on', 'nopass', '~*', '&*', '+@all', '-set');
    const url = new URL(redisUrl ?? '');
    url.username = 'looker';
    url.password = 'any';
    const full = redisBackend(url.href, () => undefined);
    const onlooker = openQueue(full, () => undefined);
    await expect(onlooker.check()).rejects.toThrow(/NOPERM/);
    await onlooker.close();
    await full.close();
    await admin.acl('DELUSER', 'looker');
    admin.disconnect();
  });
});

describe('A store that is gone', () => {
  it('fails a ring and a check soon, so that requests are answered', async () => {
    const gone = redisBackend(`redis://127.0.0.1:${await closedPort()}`, () => undefined);
    const silent = openQueue(gone, () => undefined, { answerTimeoutMs: 100 });
    await expect(silent.ring('letter', { letterId: 1 }, 'letter-1')).rejects.toThrow();
    await expect(silent.check()).rejects.toThrow();
    await silent.close();
    await gone.close();
  });
});
