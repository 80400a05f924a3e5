import type { Db } from '../../db/client.ts';
import { endLeases } from '../../db/deliveries/transitions/end-leases.ts';
import { expireDeferredDeliveries } from '../../db/deliveries/transitions/expire.ts';
import { skipCancelledDeliveries } from '../../db/deliveries/transitions/skip-cancelled.ts';
import { DIGEST_KINDS } from '../../domain/digests/digest.ts';
import { getPreviousDigestTime } from '../../domain/time/schedule.ts';
import type { Queue } from '../../queue/queue.ts';
import { enqueueDueTransactionalEmails } from '../transactional/request-email.ts';
import { enqueueDueBatches, enqueueReleased } from './enqueue-batches.ts';

/** What a sweep did. */
interface SweepReport {
  /** Batches enqueued. */
  batches: number;
  transactionalEmails: number;
  expired: number;
  /** Deliveries of cancelled digests. */
  skipped: number;
  /** Released from dead workers. */
  pending: number;
  unknown: number;
}

/**
 * Releases what dead workers held, expires retries whose next digest is due, and enqueues every
 * batch and transactional e-mail that is due. Idempotent, also in two processes at once: jobs have
 * the same ids, and a job whose deliveries are no longer due does nothing.
 */
export async function sweepDeliveries(
  { db, queue }: { db: Db; queue: Queue },
  now: Date,
): Promise<SweepReport> {
  const { remainingBatches, ...released } = await db.transaction((tx) =>
    endLeases(tx, { expired: true }, now),
  );
  await enqueueReleased(queue, remainingBatches, now);
  const skipped = await skipCancelledDeliveries(db, now);
  let expired = 0;
  for (const kind of DIGEST_KINDS) {
    const sendBefore = getPreviousDigestTime(kind, now);
    expired += await expireDeferredDeliveries(db, { kind, sendBefore, now });
  }
  const batches = await enqueueDueBatches({ db, queue }, now);
  const transactionalEmails = await enqueueDueTransactionalEmails({ db, queue }, now);
  return { batches, transactionalEmails, expired, skipped, ...released };
}
