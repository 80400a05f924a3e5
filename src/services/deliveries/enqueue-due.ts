import type { Db } from '../../db/client.ts';
import { type DueBatch, listDueBatches } from '../../db/deliveries/batches.ts';
import { endLeases } from '../../db/deliveries/transitions/end-leases.ts';
import { expireDeferredDeliveries } from '../../db/deliveries/transitions/expire.ts';
import { skipCancelledDeliveries } from '../../db/deliveries/transitions/skip-cancelled.ts';
import { listDueTransactionalEmails } from '../../db/transactional/transactional-emails.ts';
import { DIGEST_KINDS } from '../../domain/digests/digest.ts';
import { getPreviousDigestTime } from '../../domain/time/schedule.ts';
import type { NewJob, Queue } from '../../queue/queue.ts';

/** What a sweep found and did. */
export interface SweepReport {
  batches: number;
  transactionalEmails: number;
  expired: number;
  /** Left of digests that were cancelled. */
  skipped: number;
  /** Freed from workers that are gone. */
  pending: number;
  unknown: number;
}

/** How often it ticks, in seconds. */
export const SWEEP_INTERVAL_SECONDS = 60;

const EMAILS_PER_SWEEP = 1000;
const JOBS_PER_CALL = 500;

/**
 * The tick: frees what dead workers held, ends retries whose next digest is due, and rings for every
 * batch and letter that is due. Harmless when it runs twice, in two processes or after a pause: the
 * rings carry the same ids, and a batch whose deliveries are gone finds nothing.
 */
export async function enqueueDue(
  { db, queue }: { db: Db; queue: Queue },
  now: Date,
): Promise<SweepReport> {
  const { remainingBatches: remaining, ...released } = await db.transaction((tx) =>
    endLeases(tx, { expired: true }, now),
  );
  await enqueueReleased(queue, remaining, now);
  const skipped = await skipCancelledDeliveries(db, now);
  let expired = 0;
  for (const kind of DIGEST_KINDS) {
    expired += await expireDeferredDeliveries(db, {
      kind,
      sendBefore: getPreviousDigestTime(kind, now),
      now,
    });
  }
  const batches = await enqueueDueBatches({ db, queue }, now);
  const emailIds = await listDueTransactionalEmails(db, now, EMAILS_PER_SWEEP);
  await queue.enqueueMany(
    'transactional-email',
    emailIds.map((emailId) => ({ data: { emailId }, id: `transactional-email-${emailId}` })),
  );
  return { batches, transactionalEmails: emailIds.length, expired, skipped, ...released };
}

/** What is left is rung for no sooner than this, in ms: should it be held up again at once, nothing
 *  runs hot. */
const MIN_DELAY_MS = 1000;

/** Rings for what is left of a batch at its time, when that comes before the next tick. By an id of
 *  its own: one that waits for its time must not keep others from ringing at once. */
export async function enqueueRemaining(
  queue: Queue,
  remaining: DueBatch & { dueAt: Date },
  now: Date,
): Promise<void> {
  const delayMs = Math.max(MIN_DELAY_MS, remaining.dueAt.getTime() - now.getTime());
  if (delayMs >= SWEEP_INTERVAL_SECONDS * 1000) return;
  const { data, id } = toBatchJob(remaining);
  await queue.enqueueMany('batch', [{ data, id: `${id}-later`, delayMs }]);
}

/** Rings before all that waits for what a dead worker held: its readers have waited for long. By an id
 *  of its own, since a ring for the same claim may hang at the end of a long line. */
export async function enqueueReleased(
  queue: Pick<Queue, 'enqueueMany'>,
  remaining: readonly (DueBatch & { dueAt: Date })[],
  now: Date,
): Promise<void> {
  const due = remaining.filter(({ dueAt }) => dueAt <= now).map(toBatchJob);
  const jobs = due.map(({ data, id }) => ({ data, id: `${id}-freed`, isFirst: true }));
  await enqueueBatchJobs(queue, jobs);
}

/** Rings for one batch that was just added. A lost ring is rung again by the sweep. */
export async function enqueueBatch(queue: Queue, batch: DueBatch | null): Promise<void> {
  if (batch !== null) await queue.enqueueMany('batch', [toBatchJob(batch)]).catch(() => undefined);
}

function toBatchJob({ digestId, batch, claims }: DueBatch): NewJob<'batch'> {
  return { data: { digestId, batch }, id: `batch-${digestId}-${batch}-${claims}` };
}

/** Rings once for each batch that is due. The number of claims in the id gives each claim a bell of
 *  its own: that of a worker that died hangs until its queue misses it. */
export async function enqueueDueBatches(
  { db, queue }: { db: Db; queue: Queue },
  now: Date,
): Promise<number> {
  const due = await listDueBatches(db, now);
  await enqueueBatchJobs(queue, due.map(toBatchJob));
  return due.length;
}

async function enqueueBatchJobs(
  queue: Pick<Queue, 'enqueueMany'>,
  jobs: readonly NewJob<'batch'>[],
): Promise<void> {
  for (let start = 0; start < jobs.length; start += JOBS_PER_CALL) {
    await queue.enqueueMany('batch', jobs.slice(start, start + JOBS_PER_CALL));
  }
}
