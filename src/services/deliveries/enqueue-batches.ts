import type { Db } from '../../db/client.ts';
import { type DueBatch, listDueBatches, listUpcomingBatches } from '../../db/deliveries/batches.ts';
import type { NewJob, Queue } from '../../queue/queue.ts';

type BatchQueue = Pick<Queue, 'enqueueMany'>;

/** Interval of the job `sweep`, in seconds. */
export const SWEEP_INTERVAL_SECONDS = 60;

const JOBS_PER_CALL = 500;

/** Least delay of the rest of a batch, in ms: it must not be claimed and released in a tight
 *  loop. */
const MIN_DELAY_MS = 1000;

/** Enqueues every batch that is due. @returns how many. */
export async function enqueueDueBatches(
  { db, queue }: { db: Db; queue: BatchQueue },
  now: Date,
): Promise<number> {
  const due = await listDueBatches(db, now);
  await enqueueJobs(queue, due.map(toBatchJob));
  return due.length;
}

/** How much later than its time a batch is claimed, in ms: the clock of its worker may be a little
 *  behind, and a job that finds nothing due leaves the batch to the next sweep. */
const CLOCK_TOLERANCE_MS = 500;

/** Enqueues the batches that become due before the next sweep, each for its time: subscribers must
 *  not wait for the sweep after their hour. */
export async function enqueueUpcomingBatches(
  { db, queue }: { db: Db; queue: BatchQueue },
  now: Date,
): Promise<void> {
  const until = new Date(now.getTime() + SWEEP_INTERVAL_SECONDS * 1000);
  const upcoming = await listUpcomingBatches(db, { after: now, until });
  const jobs = upcoming.map((batch) => toLaterJob(batch, now, CLOCK_TOLERANCE_MS));
  await enqueueJobs(queue, jobs);
}

/** Enqueues one batch that was just added. Neither waits nor fails: the next sweep enqueues it
 *  too. */
export function enqueueBatch(queue: BatchQueue, batch: DueBatch | null): void {
  if (batch !== null) queue.enqueueMany('batch', [toBatchJob(batch)]).catch(() => undefined);
}

/** Enqueues the rest of a batch for when it is due, unless the next sweep comes first. */
export async function enqueueRemaining(
  queue: BatchQueue,
  remaining: DueBatch & { dueAt: Date },
  now: Date,
): Promise<void> {
  const { delayMs = 0, ...job } = toLaterJob(remaining, now);
  if (delayMs >= SWEEP_INTERVAL_SECONDS * 1000) return;
  await queue.enqueueMany('batch', [{ ...job, delayMs: Math.max(MIN_DELAY_MS, delayMs) }]);
}

/** The id differs from that of other jobs for the batch: a delayed job must not keep those from
 *  being enqueued. */
function toLaterJob(
  batch: DueBatch & { dueAt: Date },
  now: Date,
  toleranceMs = 0,
): NewJob<'batch'> {
  const { data, id } = toBatchJob(batch);
  const delayMs = batch.dueAt.getTime() - now.getTime() + toleranceMs;
  return { data, id: `${id}-later`, delayMs };
}

/** Enqueues the batches of dead workers before all others, since their subscribers have waited
 *  longest. The id differs from that of other jobs for the batch, which may wait at the end of the
 *  queue. */
export async function enqueueReleased(
  queue: BatchQueue,
  remaining: readonly (DueBatch & { dueAt: Date })[],
  now: Date,
): Promise<void> {
  const due = remaining.filter(({ dueAt }) => dueAt <= now).map(toBatchJob);
  const jobs = due.map(({ data, id }) => ({ data, id: `${id}-released`, isFirst: true }));
  await enqueueJobs(queue, jobs);
}

/** The id holds the number of claims, so that each claim can be enqueued: the job of a worker that
 *  died stays in the queue until BullMQ finds it stalled. */
function toBatchJob({ digestId, batch, claims }: DueBatch): NewJob<'batch'> {
  return { data: { digestId, batch }, id: `batch-${digestId}-${batch}-${claims}` };
}

async function enqueueJobs(queue: BatchQueue, jobs: readonly NewJob<'batch'>[]): Promise<void> {
  for (let start = 0; start < jobs.length; start += JOBS_PER_CALL) {
    await queue.enqueueMany('batch', jobs.slice(start, start + JOBS_PER_CALL));
  }
}
