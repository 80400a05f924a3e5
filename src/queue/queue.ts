import type { JobsOptions } from 'bullmq';
import type { JobQueue, JobWorker, QueueBackend } from './backend.ts';
import {
  type Handlers,
  type JobMap,
  type JobName,
  QUEUE_BY_JOB,
  QUEUE_NAMES,
  type QueueName,
} from './jobs.ts';
import { withTimeout } from './with-timeout.ts';

/** The job queue. Jobs hold ids; handlers look up in Postgres what there is to do. */
export interface Queue {
  /** Enqueues a job. With an `id`, does nothing while a job of that id waits or runs. Rejects when
   *  the store does not respond in time. */
  enqueue<Name extends JobName>(name: Name, data: JobMap[Name], id?: string): Promise<void>;
  enqueueMany<Name extends JobName>(name: Name, newJobs: readonly NewJob<Name>[]): Promise<void>;
  /** Schedules a recurring job; once, however many processes schedule it. */
  schedule<Name extends JobName>(name: Name, data: JobMap[Name], when: Schedule): Promise<void>;
  /** Schedules again the jobs that the store has lost, since it may be wiped at any moment, and
   *  those whose next run is far off because the clock was set back. */
  restoreSchedules(): Promise<void>;
  /** Starts handling the jobs of the queues. */
  startWorkers(
    queues: readonly QueueName[],
    handlers: Handlers,
    options: QueueWorkerOptions,
  ): Promise<RunningWorkers>;
  /** Resolves when every queue is open. A queue whose opening fails would never work again. */
  waitUntilReady(): Promise<void>;
  /** Rejects when the store does not respond or cannot be written to: a full one can still be
   *  read. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface NewJob<Name extends JobName> {
  data: JobMap[Name];
  id: string;
  /** @defaultValue 0 */
  delayMs?: number;
  /** Enqueued before all waiting jobs. @defaultValue false */
  isFirst?: boolean;
}

interface Schedule {
  /** The time between two runs; with `cron` the longest. */
  everySeconds: number;
  /** When exactly, in UTC. @defaultValue once in each `everySeconds` */
  cron?: string;
}

interface QueueWorkerOptions {
  /** Jobs of one queue that this process handles at the same time. */
  concurrency: number;
  onError: (error: Error, job: { name: string; id: string } | null) => void;
}

export interface RunningWorkers {
  /** Takes no more jobs until `resume`: other processes get them. */
  pause(): void;
  resume(): void;
  /** Takes no more jobs and waits for the active ones. */
  stop(): Promise<void>;
}

/** Finished jobs are removed, so that their ids can be enqueued again. The next sweep enqueues a
 *  failed job again, except the daily compose job, which is therefore retried. */
const SINGLE_ATTEMPT = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const;
const RETRIED = {
  ...SINGLE_ATTEMPT,
  attempts: 8,
  backoff: { type: 'exponential', delay: 15_000 },
} as const;

const OPTIONS_BY_JOB: Record<JobName, JobsOptions> = {
  compose: RETRIED,
  sweep: SINGLE_ATTEMPT,
  batch: SINGLE_ATTEMPT,
  'transactional-email': SINGLE_ATTEMPT,
  fetch: SINGLE_ATTEMPT,
  'sort-papers': SINGLE_ATTEMPT,
  'library-lookup': SINGLE_ATTEMPT,
  monitor: SINGLE_ATTEMPT,
  prune: SINGLE_ATTEMPT,
};

/** How long a request waits for the store, in ms: BullMQ itself would wait until the store is
 *  back. */
const ANSWER_TIMEOUT_MS = 10_000;

/** Opens the queues in their store. */
export function openQueue(
  backend: QueueBackend,
  onError: (error: Error) => void,
  { answerTimeoutMs = ANSWER_TIMEOUT_MS }: { answerTimeoutMs?: number } = {},
): Queue {
  const queues = Object.fromEntries(
    QUEUE_NAMES.map((name) => {
      const queue = backend.openQueue(name);
      queue.on('error', onError);
      return [name, queue];
    }),
  ) as Record<QueueName, JobQueue>;
  const schedules = new Map<string, KnownSchedule>();
  return {
    enqueue: async (name, data, id) => {
      const options = { ...OPTIONS_BY_JOB[name], ...(id !== undefined && { jobId: id }) };
      await withTimeout(answerTimeoutMs, queues[QUEUE_BY_JOB[name]].add(name, data, options));
    },
    enqueueMany: async (name, newJobs) => {
      if (newJobs.length === 0) return;
      const options = OPTIONS_BY_JOB[name];
      const jobs = newJobs.map(({ data, id, delayMs = 0, isFirst = false }) => ({
        name,
        data,
        opts: { ...options, jobId: id, delay: delayMs, lifo: isFirst },
      }));
      await withTimeout(answerTimeoutMs, queues[QUEUE_BY_JOB[name]].addBulk(jobs));
    },
    schedule: async (name, data, { everySeconds, cron }) => {
      const everyMs = everySeconds * 1000;
      const repeat = cron === undefined ? { every: everyMs } : { pattern: cron, tz: 'UTC' };
      const id = [name, ...Object.values(data)].join('-');
      const queue = queues[QUEUE_BY_JOB[name]];
      const template = { name, data, opts: OPTIONS_BY_JOB[name] };
      const upsert = () => queue.upsertJobScheduler(id, repeat, template);
      const schedule = { id, queue, upsert, everyMs };
      await restoreSchedule(schedule);
      await upsert();
      schedules.set(id, schedule);
    },
    restoreSchedules: async () => {
      for (const schedule of schedules.values()) await restoreSchedule(schedule);
    },
    startWorkers: (names, handlers, options) =>
      startQueueWorkers(backend, names, handlers, options),
    waitUntilReady: async () => {
      const opening = Object.values(queues).map((queue) => queue.waitUntilReady());
      await withTimeout(answerTimeoutMs, Promise.all(opening));
    },
    check: async () => {
      const counts = Object.values(queues).map((queue) => queue.getJobCounts('waiting'));
      await withTimeout(answerTimeoutMs, Promise.all(counts));
      await withTimeout(answerTimeoutMs, backend.checkWritable());
    },
    close: async () => {
      await Promise.all(Object.values(queues).map((queue) => queue.close()));
    },
  };
}

interface KnownSchedule {
  id: string;
  queue: JobQueue;
  upsert: () => Promise<unknown>;
  /** The longest time between two runs. */
  everyMs: number;
}

/** How far a clock may be adjusted without a schedule being restored, in ms. */
const CLOCK_STEP_MS = 2000;

/**
 * BullMQ keeps the time of the next run as it was computed. After the clock was set back that time
 * lies in the future, and no run would come until then; an upsert alone keeps it.
 */
async function restoreSchedule({ id, queue, upsert, everyMs }: KnownSchedule): Promise<void> {
  const scheduler = await queue.getJobScheduler(id);
  if (scheduler !== undefined) {
    const aheadMs = (scheduler.next ?? 0) - Date.now();
    if (aheadMs <= everyMs + CLOCK_STEP_MS && aheadMs >= -2 * everyMs) return;
    await queue.removeJobScheduler(id);
  }
  await upsert();
}

async function startQueueWorkers(
  backend: QueueBackend,
  names: readonly QueueName[],
  handlers: Handlers,
  { concurrency, onError }: QueueWorkerOptions,
): Promise<RunningWorkers> {
  const workers: JobWorker[] = names.map((name) => {
    const worker = backend.openWorker(
      name,
      async (job) => {
        const handle = handlers[job.name as JobName] as
          | ((data: unknown, jobId?: string) => Promise<void>)
          | undefined;
        if (!handle)
          throw new Error(`No handler for the job “${job.name}” in the queue “${name}”.`);
        await handle(job.data, job.id);
      },
      { concurrency },
    );
    worker.on('error', (error) => onError(error, null));
    worker.on('failed', (job, error) =>
      onError(error, job ? { name: job.name, id: job.id ?? '' } : null),
    );
    return worker;
  });
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  return {
    pause: () => {
      for (const worker of workers) void worker.pause(true);
    },
    resume: () => {
      for (const worker of workers) worker.resume();
    },
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}
