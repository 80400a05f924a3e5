import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createPostgresQueueBackend,
  createRedisQueueBackend,
  type QueueBackend,
} from '../../src/queue/backend.ts';
import { type Handlers, type JobName, QUEUE_BY_JOB, type QueueName } from '../../src/queue/jobs.ts';
import { openQueue, type Queue, type RunningWorkers } from '../../src/queue/queue.ts';
import { useDatabase } from '../support/database.ts';
import { findFreePort } from '../support/free-port.ts';
import { emptyRedis, redisUrl } from '../support/redis.ts';

const database = useDatabase();
let backend: QueueBackend;
let queue: Queue;
const works: RunningWorkers[] = [];

beforeAll(async () => {
  await emptyRedis();
  backend =
    redisUrl === null
      ? createPostgresQueueBackend(database.database.pool)
      : createRedisQueueBackend(redisUrl, () => undefined);
  queue = openQueue(backend, () => undefined);
});

afterEach(stopWorkers);

afterAll(async () => {
  await queue.close();
  await backend.close();
  await emptyRedis();
});

async function stopWorkers(): Promise<void> {
  for (const work of works.splice(0)) await work.stop();
}

interface ReceivedJob {
  name: JobName;
  data: object;
}

/** Handlers that record their jobs; `next(n)` resolves once `n` jobs in all were handled. */
function createJobRecorder(
  handle: (received: ReceivedJob) => Promise<void> = async () => undefined,
) {
  const received: ReceivedJob[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const on = (name: JobName) => async (data: object) => {
    received.push({ name, data });
    try {
      await handle({ name, data });
    } finally {
      for (const { count, resolve } of waiting) if (received.length >= count) resolve();
    }
  };
  const handlers = Object.fromEntries(
    (['compose', 'sweep', 'batch', 'transactional-email', 'prune'] as const).map((name) => [
      name,
      on(name),
    ]),
  ) as unknown as Handlers;
  return {
    received,
    handlers,
    next: (count: number) =>
      new Promise<void>((resolve) => {
        if (received.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
}

async function work(
  handlers: Handlers,
  names: readonly QueueName[] = ['deliveries', 'transactional'],
  onError: (error: Error, job: { name: string; id: string } | null) => void = () => undefined,
): Promise<RunningWorkers> {
  const started = await queue.startWorkers(names, handlers, { concurrency: 1, onError });
  works.push(started);
  return started;
}

describe('A job', () => {
  it('A job reaches the handler of its name with its data', async () => {
    const recorder = createJobRecorder();
    await work(recorder.handlers);
    await queue.enqueue('transactional-email', { emailId: 7 }, 'email-7');
    await queue.enqueue('batch', { digestId: 3, batch: 0 });
    await recorder.next(2);
    expect(recorder.received).toHaveLength(2);
    expect(recorder.received).toContainEqual({ name: 'transactional-email', data: { emailId: 7 } });
    expect(recorder.received).toContainEqual({ name: 'batch', data: { digestId: 3, batch: 0 } });
  });

  it('A job whose id waits already is not enqueued; once it is handled, the id is free again', async () => {
    for (let time = 0; time < 3; time++) {
      await queue.enqueue('transactional-email', { emailId: 8 }, 'email-8');
      await queue.enqueueMany('transactional-email', [{ data: { emailId: 8 }, id: 'email-8' }]);
    }
    await queue.enqueue('transactional-email', { emailId: 9 }, 'email-9');
    const recorder = createJobRecorder();
    const first = await work(recorder.handlers);
    await recorder.next(2);
    await first.stop();
    expect(recorder.received.map(({ data }) => data)).toEqual([{ emailId: 8 }, { emailId: 9 }]);
    await work(recorder.handlers);
    await queue.enqueue('transactional-email', { emailId: 8 }, 'email-8');
    await recorder.next(3);
    expect(recorder.received).toHaveLength(3);
  });

  it('A failed job is reported, and its id can be enqueued again', async () => {
    let times = 0;
    const recorder = createJobRecorder(async () => {
      times += 1;
      if (times === 1) throw new Error('The relay is on fire.');
    });
    const failure = new Promise<[string, unknown]>((resolve) => {
      void work(recorder.handlers, ['deliveries'], (error, job) => resolve([error.message, job]));
    });
    await queue.enqueue('batch', { digestId: 4, batch: 0 }, 'batch-4-0');
    expect(await failure).toEqual(['The relay is on fire.', { name: 'batch', id: 'batch-4-0' }]);
    await queue.enqueue('batch', { digestId: 4, batch: 0 }, 'batch-4-0');
    await recorder.next(2);
    expect(times).toBe(2);
  });

  it('A job with isFirst is handled before all waiting jobs', async () => {
    const jobs = Array.from({ length: 30 }, (_, n) => ({
      data: { digestId: 100 + n, batch: 0 },
      id: `batch-${100 + n}-0`,
    }));
    await queue.enqueueMany('batch', jobs);
    const first = { data: { digestId: 99, batch: 0 }, id: 'batch-99-0-released', isFirst: true };
    await queue.enqueueMany('batch', [first]);
    await queue.enqueueMany('batch', [first]);
    const recorder = createJobRecorder();
    await work(recorder.handlers);
    await recorder.next(31);
    expect(recorder.received).toHaveLength(31);
    expect(recorder.received[0]?.data).toEqual({ digestId: 99, batch: 0 });
  });

  it('A paused worker leaves its jobs to others until it is resumed', async () => {
    const own = createJobRecorder();
    const paused = await work(own.handlers);
    paused.pause();
    const others = createJobRecorder();
    const other = await work(others.handlers);
    const jobs = Array.from({ length: 20 }, (_, n) => ({
      data: { digestId: 400 + n, batch: 0 },
      id: `batch-${400 + n}-0`,
    }));
    await queue.enqueueMany('batch', jobs.slice(0, 10));
    await others.next(9);
    await other.stop();
    await queue.enqueueMany('batch', jobs.slice(10));
    paused.resume();
    await own.next(20 - others.received.length);
    // One that waits for a job when it is paused may still get that one.
    expect(others.received.length).toBeGreaterThanOrEqual(9);
    expect(own.received.length + others.received.length).toBe(20);
  });

  it('Each of many jobs is handled once', async () => {
    const recorder = createJobRecorder();
    await work(recorder.handlers);
    await queue.enqueueMany('batch', []);
    await queue.enqueueMany(
      'batch',
      Array.from({ length: 50 }, (_, n) => ({
        data: { digestId: n, batch: 0 },
        id: `batch-${n}-0`,
      })),
    );
    await recorder.next(50);
    const ids = recorder.received.map(({ data }) => (data as { digestId: number }).digestId);
    expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  it('A job is handled only by workers of its queue', async () => {
    const emails = createJobRecorder();
    await work(emails.handlers, ['transactional']);
    await queue.enqueue('batch', { digestId: 5, batch: 0 }, 'batch-5-0');
    await queue.enqueue('transactional-email', { emailId: 5 }, 'email-5');
    await emails.next(1);
    const deliveries = createJobRecorder();
    await work(deliveries.handlers, ['deliveries']);
    await deliveries.next(1);
    expect(emails.received).toEqual([{ name: 'transactional-email', data: { emailId: 5 } }]);
    expect(deliveries.received).toEqual([{ name: 'batch', data: { digestId: 5, batch: 0 } }]);
  });
});

describe('A worker that stops', () => {
  it('A stopping worker waits for its active job and takes no more', async () => {
    let finish: () => void = () => undefined;
    const recorder = createJobRecorder(
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
    const worker = await work(recorder.handlers, ['transactional']);
    await queue.enqueue('transactional-email', { emailId: 1 }, 'email-1');
    await queue.enqueue('transactional-email', { emailId: 2 }, 'email-2');
    await isStarted;
    let isStopped = false;
    const stopping = worker.stop().then(() => {
      isStopped = true;
    });
    await queue.check();
    expect(isStopped).toBe(false);
    finish();
    await stopping;
    expect(recorder.received).toEqual([{ name: 'transactional-email', data: { emailId: 1 } }]);
    const next = createJobRecorder();
    await work(next.handlers, ['transactional']);
    await next.next(1);
    expect(next.received).toEqual([{ name: 'transactional-email', data: { emailId: 2 } }]);
  });
});

/** What the tests of schedules look up or change in the queue itself. */
interface StoredSchedules {
  getJobScheduler(id: string): Promise<{ next?: number; pattern?: string } | undefined>;
  getJobSchedulers(): Promise<{ key: string; pattern?: string; every?: string | number }[]>;
  removeJobScheduler(id: string): Promise<boolean>;
  obliterate(options: { force: boolean }): Promise<void>;
  close(): Promise<void>;
}

describe('A schedule', () => {
  const HOUR_S = 3600;
  const DAY_S = 24 * HOUR_S;
  const openStored = (name: QueueName) => backend.openQueue(name) as unknown as StoredSchedules;

  afterEach(async () => {
    await stopWorkers();
    for (const name of ['schedule', QUEUE_BY_JOB.prune] as const) {
      const stored = openStored(name);
      await stored.obliterate({ force: true });
      await stored.close();
    }
  });

  it('A schedule exists once, however many processes set it, and the last setting counts', async () => {
    const other = openQueue(backend, () => undefined);
    for (const each of [queue, other]) {
      await each.schedule(
        'compose',
        { kind: 'daily' },
        { cron: '30 5 * * *', everySeconds: DAY_S },
      );
      const monday = { cron: '30 5 * * 1', everySeconds: 7 * DAY_S };
      await each.schedule('compose', { kind: 'weekly' }, monday);
      await each.schedule('sweep', {}, { everySeconds: HOUR_S });
    }
    await other.schedule('compose', { kind: 'daily' }, { cron: '45 6 * * *', everySeconds: DAY_S });
    await other.close();
    const stored = openStored('schedule');
    const found = (await stored.getJobSchedulers()).map(
      ({ key, pattern, every }): [string, unknown] => [key, pattern ?? Number(every)],
    );
    expect(new Map(found)).toEqual(
      new Map<string, unknown>([
        ['compose-daily', '45 6 * * *'],
        ['compose-weekly', '30 5 * * 1'],
        ['sweep', 3_600_000],
      ]),
    );
    expect(found).toHaveLength(3);
    await stored.close();
  });

  it('A schedule is restored after its store was wiped', async () => {
    const other = openQueue(backend, () => undefined);
    await other.schedule('prune', {}, { cron: '10 3 * * *', everySeconds: DAY_S });
    const stored = openStored(QUEUE_BY_JOB.prune);
    expect(await stored.removeJobScheduler('prune')).toBe(true);
    expect(await stored.getJobScheduler('prune')).toBeUndefined();
    await other.restoreSchedules();
    expect(await stored.getJobScheduler('prune')).toMatchObject({ pattern: '10 3 * * *' });
    await stored.close();
    await other.close();
  });

  it.each([
    ['three hours', 3 * HOUR_S],
    ['a minute and a half', 90],
  ])(
    'After the clock was set back by %s, a schedule of every minute runs at once',
    async (_name, seconds) => {
      const other = openQueue(backend, () => undefined);
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });
      await other.schedule('sweep', {}, { everySeconds: 60 });
      const recorder = createJobRecorder();
      const first = await work(recorder.handlers, ['schedule']);
      await recorder.next(1);
      await first.stop();
      vi.useRealTimers();
      const stored = openStored('schedule');
      const secondsAhead = async () =>
        (((await stored.getJobScheduler('sweep'))?.next ?? 0) - Date.now()) / 1000;
      expect(await secondsAhead()).toBeGreaterThan(62);
      await work(recorder.handlers, ['schedule']);
      await other.restoreSchedules();
      await recorder.next(2);
      expect(await secondsAhead()).toBeLessThanOrEqual(120);
      await stored.close();
      await other.close();
    },
  );

  it('After the clock was set back by years, a schedule of every hour runs within the hour', async () => {
    const everyHour = { cron: '10 * * * *', everySeconds: HOUR_S };
    const other = openQueue(backend, () => undefined);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 4 * 365 * DAY_S * 1000 });
    await other.schedule('prune', {}, everyHour);
    vi.useRealTimers();
    const stored = openStored(QUEUE_BY_JOB.prune);
    const secondsAhead = async () =>
      (((await stored.getJobScheduler('prune'))?.next ?? 0) - Date.now()) / 1000;
    expect(await secondsAhead()).toBeGreaterThan(DAY_S);
    await other.restoreSchedules();
    expect(await secondsAhead()).toBeLessThanOrEqual(HOUR_S);
    await stored.close();
    await other.close();
  });

  it('A schedule enqueues its job', async () => {
    const recorder = createJobRecorder();
    await work(recorder.handlers, ['schedule']);
    await queue.schedule('sweep', {}, { everySeconds: HOUR_S });
    await recorder.next(1);
    expect(recorder.received).toEqual([{ name: 'sweep', data: {} }]);
  });
});

describe('A store that cannot be reached', () => {
  it('A store that cannot be reached fails enqueuing and the check soon, so that requests are answered', async () => {
    const unreachable = createRedisQueueBackend(
      `redis://127.0.0.1:${await findFreePort()}`,
      () => undefined,
    );
    const silent = openQueue(unreachable, () => undefined, { answerTimeoutMs: 100 });
    await expect(
      silent.enqueue('transactional-email', { emailId: 1 }, 'email-1'),
    ).rejects.toThrow();
    await expect(silent.check()).rejects.toThrow();
    await silent.close();
    await unreachable.close();
  });
});
