import type { Db } from '../../db/client.ts';
import { endLeases } from '../../db/deliveries/transitions/end-leases.ts';
import { expireDeliveries } from '../../db/deliveries/transitions/expire.ts';
import { skipCancelledDeliveries } from '../../db/deliveries/transitions/skip-cancelled.ts';
import type { Queue } from '../../queue/queue.ts';
import { enqueueDueTransactionalEmails } from '../transactional/request-email.ts';
import { enqueueDueBatches, enqueueReleased, enqueueUpcomingBatches } from './enqueue-batches.ts';

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
 * Releases what dead workers held, enqueues every batch and transactional e-mail that is due,
 * enqueues for their time the batches that are due before the next sweep, and expires deliveries
 * whose subscriber's next digest is due. Idempotent, also in two processes at once: jobs have the
 * same ids, and a job whose deliveries are no longer due does nothing.
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
  const batches = await enqueueDueBatches({ db, queue }, now);
  await enqueueUpcomingBatches({ db, queue }, now);
  const transactionalEmails = await enqueueDueTransactionalEmails({ db, queue }, now);
  const expired = await expireDueDeliveries(db, now);
  return { batches, transactionalEmails, expired, skipped, ...released };
}

/** Batches that expire in one transaction: while it runs, their subscribers cannot unsubscribe. */
const MAX_EXPIRING_BATCHES = 50;

/** Transactions of one sweep. The next one continues. */
const MAX_EXPIRE_TRANSACTIONS = 20;

async function expireDueDeliveries(db: Db, now: Date): Promise<number> {
  let expired = 0;
  for (let count = 0; count < MAX_EXPIRE_TRANSACTIONS; count += 1) {
    const { deliveries, batches } = await expireDeliveries(db, {
      now,
      maxBatches: MAX_EXPIRING_BATCHES,
    });
    expired += deliveries;
    if (batches < MAX_EXPIRING_BATCHES) break;
  }
  return expired;
}
