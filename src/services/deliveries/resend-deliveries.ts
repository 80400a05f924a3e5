import type { Db } from '../../db/client.ts';
import { findDelivery } from '../../db/deliveries/deliveries.ts';
import { resetToPending } from '../../db/deliveries/transitions/resend.ts';
import { findDigestById } from '../../db/digests/digests.ts';
import {
  canResend,
  type DeliveryKey,
  formatDeliveryKey,
} from '../../domain/deliveries/delivery.ts';
import { PaperboyError } from '../../domain/errors.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Queue } from '../../queue/queue.ts';
import { assertNotCancelled } from '../digests/require-digest.ts';
import { enqueueDueBatches } from './enqueue-batches.ts';

type ResendTarget =
  | { keys: readonly DeliveryKey[] }
  | { digestId: number; state: 'failed' | 'unknown' };

/**
 * Resends failed and unknown deliveries with the same papers, date and Message-ID: those of the
 * keys, or all of a digest in one state. Only an operator may decide that: an unknown one may have
 * arrived.
 * @returns how many are pending again.
 * @throws PaperboyError `UNKNOWN_DELIVERY`, `NOT_TO_RESEND` or `DIGEST_CANCELLED`, without a
 * change.
 */
export async function resendDeliveries(
  { db, queue, clock }: { db: Db; queue: Queue; clock: Clock },
  target: ResendTarget,
): Promise<number> {
  const now = clock();
  const count = await db.transaction(async (tx) => {
    if ('state' in target) {
      await assertDigestNotCancelled(tx, target.digestId);
      return resetToPending(tx, target.digestId, { state: target.state }, now);
    }
    for (const key of target.keys) await assertResendable(tx, key);
    let requeued = 0;
    for (const [digestId, subscriberIds] of groupByDigest(target.keys)) {
      await assertDigestNotCancelled(tx, digestId);
      requeued += await resetToPending(tx, digestId, { subscriberIds }, now);
    }
    return requeued;
  });
  if (count > 0) await enqueueDueBatches({ db, queue }, now);
  return count;
}

async function assertDigestNotCancelled(db: Db, digestId: number): Promise<void> {
  const digest = await findDigestById(db, digestId);
  if (digest) assertNotCancelled(digest);
}

async function assertResendable(db: Db, key: DeliveryKey): Promise<void> {
  const delivery = await findDelivery(db, key.digestId, key.subscriberId);
  if (!delivery) {
    throw new PaperboyError(
      'UNKNOWN_DELIVERY',
      `There is no delivery ${formatDeliveryKey(key)}: “paperboy deliveries list” lists the existing ones.`,
    );
  }
  if (!canResend(delivery.state)) {
    throw new PaperboyError(
      'NOT_TO_RESEND',
      `The delivery ${formatDeliveryKey(key)} is ${delivery.state}: only failed and unknown ones can be sent again.`,
    );
  }
}

function groupByDigest(keys: readonly DeliveryKey[]): Map<number, number[]> {
  const digests = new Map<number, number[]>();
  for (const { digestId, subscriberId } of keys) {
    digests.set(digestId, [...(digests.get(digestId) ?? []), subscriberId]);
  }
  return digests;
}
