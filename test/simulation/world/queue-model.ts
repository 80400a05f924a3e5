import type { Handlers, JobName, QueueName } from '../../../src/queue/jobs.ts';
import { QUEUE_BY_JOB } from '../../../src/queue/jobs.ts';
import type { NewJob, Queue } from '../../../src/queue/queue.ts';
import type { Faults } from './faults.ts';
import type { Random } from './random.ts';
import type { Owner, Scheduler } from './scheduler.ts';
import type { Trace } from './trace.ts';

interface Job {
  id: string;
  name: JobName;
  data: unknown;
  /** Null: it waits. */
  worker: Owner | null;
  isDelayed: boolean;
}

interface QueueWorker {
  owner: Owner;
  queues: readonly QueueName[];
  handlers: Handlers;
  free: number;
  isStopped: boolean;
  isPaused: boolean;
  onIdle: (() => void)[];
}

export interface QueueDeps {
  scheduler: Scheduler;
  faults: Faults;
  random: Random;
  trace: Trace;
}

/** A model of the store of the queue, which all processes share. */
export interface QueueStore {
  /** The queue as a process sees it. */
  open(owner: Owner): Queue;
  /** Loses everything. */
  wipe(): void;
  /** The process has died: its jobs are found stalled later. */
  abandon(owner: Owner): void;
}

/** How long a request waits for an answer (`ANSWER_TIMEOUT_MS` of the queue), in ms. */
const ANSWER_TIMEOUT_MS = 10_000;

/** After this time BullMQ gives the job of a dead worker to another, in ms. */
const STALLED_AFTER_MS = 30_000;

export function createQueueStore({ scheduler, faults, random, trace }: QueueDeps): QueueStore {
  let jobs: Job[] = [];
  const workers = new Set<QueueWorker>();
  const schedules = new Map<string, { name: JobName; data: unknown; everyMs: number }>();

  const dispatch = () => {
    for (const job of [...jobs]) {
      if (job.worker !== null || job.isDelayed) continue;
      const able = [...workers].filter(
        (each) =>
          each.owner.isAlive &&
          !each.isStopped &&
          !each.isPaused &&
          each.free > 0 &&
          each.queues.includes(QUEUE_BY_JOB[job.name]),
      );
      if (able.length > 0) start(random.pick(able), job);
    }
  };

  const start = (worker: QueueWorker, job: Job) => {
    worker.free -= 1;
    job.worker = worker.owner;
    scheduler.after(0.2 + random.next(), worker.owner, () => {
      const handle = worker.handlers[job.name] as (data: unknown, id?: string) => Promise<void>;
      const done = () => {
        worker.free += 1;
        if (jobs.includes(job)) jobs = jobs.filter((each) => each !== job);
        for (const notify of worker.onIdle.splice(0)) notify();
        scheduler.after(0, null, dispatch);
      };
      handle(job.data, job.id).then(done, (error: unknown) => {
        trace.add(worker.owner.name, `job ${job.id} failed: ${(error as Error).message}`);
        done();
      });
    });
  };

  const addJob = (name: JobName, { data, id, delayMs = 0, isFirst = false }: NewJob<JobName>) => {
    if (jobs.some((job) => job.id === id)) return;
    const job: Job = { id, name, data, worker: null, isDelayed: delayMs > 0 };
    if (isFirst) jobs.unshift(job);
    else jobs.push(job);
    if (delayMs > 0)
      scheduler.after(delayMs, null, () => {
        job.isDelayed = false;
        dispatch();
      });
    scheduler.after(0, null, dispatch);
  };

  const store = (name: JobName, job: NewJob<JobName>) => {
    const fault = faults.takeQueue();
    if (fault) trace.add('queue', `${fault.fault}: ${job.id}`);
    if (fault?.fault === 'lost') return;
    if (fault?.fault === 'delayed') {
      scheduler.after(fault.delayMs, null, () => addJob(name, job));
      return;
    }
    addJob(name, job);
    if (fault?.fault === 'doubled') addJob(name, { ...job, id: `${job.id}-again` });
  };

  const repeat = (id: string) => {
    const schedule = schedules.get(id);
    if (!schedule) return;
    scheduler.after(schedule.everyMs, null, () => {
      if (schedules.get(id) !== schedule) return;
      addJob(schedule.name, { data: schedule.data as never, id: `repeat-${id}` });
      repeat(id);
    });
  };

  const open: QueueStore['open'] = (owner) => {
    const known = new Map<string, { name: JobName; data: unknown; everyMs: number }>();
    const send = <Result>(run: () => Result): Promise<void> =>
      new Promise((resolve, reject) => {
        const fault = faults.takeQueue();
        const refused = fault?.fault === 'refused' || fault?.fault === 'stored-but-refused';
        if (fault && !refused) faults.add(fault);
        if (fault && refused) trace.add(owner.name, `queue ${fault.fault}`);
        scheduler.after(0.2 + random.next(), null, () => {
          if (fault?.fault !== 'refused') run();
          if (refused)
            scheduler.after(ANSWER_TIMEOUT_MS, owner, () =>
              reject(new Error('The queue did not respond in time.')),
            );
          else scheduler.after(0.2 + random.next(), owner, () => resolve());
        });
      });
    let unnamed = 0;
    return {
      enqueue: (name, data, id) => {
        unnamed += 1;
        return send(() => store(name, { data, id: id ?? `${owner.name}-${unnamed}` }));
      },
      enqueueMany: async (name, newJobs) => {
        if (newJobs.length === 0) return;
        await send(() => {
          for (const job of newJobs) store(name, job);
        });
      },
      schedule: async (name, data, when) => {
        if (when.cron !== undefined) return;
        const id = [name, ...Object.values(data)].join('-');
        const schedule = { name, data, everyMs: when.everySeconds * 1000 };
        known.set(id, schedule);
        await send(() => {
          if (schedules.has(id)) return;
          schedules.set(id, schedule);
          repeat(id);
        });
      },
      restoreSchedules: () =>
        send(() => {
          for (const [id, schedule] of known) {
            if (schedules.has(id)) continue;
            schedules.set(id, schedule);
            repeat(id);
          }
        }),
      startWorkers: async (queues, handlers, { concurrency }) => {
        const worker: QueueWorker = {
          ...{ owner, queues, handlers },
          free: concurrency,
          isStopped: false,
          isPaused: false,
          onIdle: [],
        };
        workers.add(worker);
        scheduler.after(0, null, dispatch);
        return {
          pause: () => {
            worker.isPaused = true;
          },
          resume: () => {
            worker.isPaused = false;
            scheduler.after(0, null, dispatch);
          },
          stop: async () => {
            worker.isStopped = true;
            while (worker.free < concurrency)
              await new Promise<void>((resolve) => worker.onIdle.push(resolve));
            workers.delete(worker);
          },
        };
      },
      waitUntilReady: async () => undefined,
      check: async () => undefined,
      close: async () => undefined,
    };
  };

  return {
    open,
    wipe: () => {
      trace.add('queue', 'everything is lost');
      jobs = [];
      schedules.clear();
    },
    abandon: (owner) => {
      for (const worker of workers) if (worker.owner === owner) workers.delete(worker);
      scheduler.after(STALLED_AFTER_MS, null, () => {
        for (const job of jobs) if (job.worker === owner) job.worker = null;
        dispatch();
      });
    },
  };
}
