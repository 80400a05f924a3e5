import {
  createPostgresBackend,
  createRedisBackend,
  type Job,
  type JobSchedulerTemplateOptions,
  type JobsOptions,
  type RepeatOptions,
  withBackend,
} from 'bullmq';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { toRedisUrl } from './redis-server.ts';

/** The part of a BullMQ queue that Paperboy uses, whatever its store. */
export interface JobQueue {
  add(name: string, data: unknown, options?: JobsOptions): Promise<unknown>;
  addBulk(jobs: { name: string; data: unknown; opts?: JobsOptions }[]): Promise<unknown>;
  upsertJobScheduler(
    id: string,
    repeat: Omit<RepeatOptions, 'key'>,
    template: { name: string; data: unknown; opts?: JobSchedulerTemplateOptions },
  ): Promise<unknown>;
  /** Undefined when there is no such scheduler. `next` is the time of its next job, in ms. */
  getJobScheduler(id: string): Promise<{ next?: number } | undefined>;
  removeJobScheduler(id: string): Promise<boolean>;
  getJobCounts(
    ...types: ('waiting' | 'active' | 'delayed' | 'failed')[]
  ): Promise<Record<string, number>>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

/** The part of a BullMQ worker that Paperboy uses. */
export interface JobWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'failed', listener: (job: Job | undefined, error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  /** Takes no more jobs until `resume`. */
  pause(doNotWaitActive: boolean): Promise<void>;
  resume(): void;
  /** Takes no more jobs and waits for the active ones. */
  close(): Promise<void>;
}

/** The store in which BullMQ keeps its jobs. */
export interface QueueBackend {
  openQueue(name: string): JobQueue;
  openWorker(
    name: string,
    process: (job: Job) => Promise<void>,
    options: { concurrency: number },
  ): JobWorker;
  /** Rejects when the store cannot be written to. */
  checkWritable(): Promise<void>;
  close(): Promise<void>;
}

/** The key written to check the store, and how long it is kept. It has BullMQ's prefix, since the
 *  user of REDIS_URL may be allowed no other keys. */
const PROBE_KEY = 'bull:paperboy-probe';
const PROBE_TTL_MS = 1000;

/** The queue in Postgres, on a pool that stays the caller's. */
export function createPostgresQueueBackend(pool: pg.Pool): QueueBackend {
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const connection = pool as never;
  return {
    openQueue: (name) => new Queue(name, { connection }) as unknown as JobQueue,
    openWorker: (name, process, options) =>
      new Worker(name, process, { connection, ...options }) as unknown as JobWorker,
    // The queue is in the database, which has a check of its own.
    checkWritable: async () => undefined,
    close: async () => undefined,
  };
}

/** How long Redis may be silent on a connection that waits for it, in ms. After a silent failover
 *  it always would be, and no job would run. BullMQ lets it wait up to 10 s for a job. */
const SILENCE_TIMEOUT_MS = 20_000;

/** The queue in Redis or Valkey. Producers fail fast, so that a request is answered; workers wait
 *  for the store as long as it takes, on new connections when the old ones are silent. */
export function createRedisQueueBackend(
  url: string,
  onError: (error: Error) => void,
): QueueBackend {
  const { Queue, Worker } = withBackend(createRedisBackend);
  const openConnection = (maxRetriesPerRequest: number | null) =>
    new Redis(toRedisUrl(url), { maxRetriesPerRequest, socketTimeout: SILENCE_TIMEOUT_MS });
  const producer = openConnection(1);
  const consumer = openConnection(null);
  for (const connection of [producer, consumer]) connection.on('error', onError);
  return {
    openQueue: (name) => new Queue(name, { connection: producer }) as unknown as JobQueue,
    openWorker: (name, process, options) =>
      new Worker(name, process, { connection: consumer, ...options }) as unknown as JobWorker,
    checkWritable: async () => {
      await producer.set(PROBE_KEY, '', 'PX', PROBE_TTL_MS);
    },
    close: async () => {
      producer.disconnect();
      consumer.disconnect();
    },
  };
}
