import type { Db } from '../../db/client.ts';
import { findDelivery } from '../../db/deliveries/deliveries.ts';
import { type ResendableState, resetToPending } from '../../db/deliveries/transitions/resend.ts';
import { findDigestById } from '../../db/digests/digests.ts';
import {
  canResend,
  type DeliveryKey,
  formatDeliveryKey,
} from '../../domain/deliveries/delivery.ts';
import { PaperboyError } from '../../domain/errors.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { getNextDigestTime } from '../../domain/time/schedule.ts';
import type { Queue } from '../../queue/queue.ts';
import { assertNotCancelled } from '../digests/require-digest.ts';
import { enqueueDueBatches } from './enqueue-batches.ts';

type ResendTarget = { keys: readonly DeliveryKey[] } | { digestId: number; state: ResendableState };

/**
 * Resends failed, unknown and expired deliveries with the same papers, date and Message-ID: those
 * of the keys, or all of a digest in one state. They expire a day, or a week, from now. Only an
 * operator may decide that: an unknown one may have arrived, and an expired one is no news any
 * more.
 * @returns how many are pending again.
 * @throws PaperboyError `UNKNOWN_DELIVERY`, `NOT_TO_RESEND` or `DIGEST_CANCELLED`, without a
 * change.
 */
export async function resendDeliveries(
  { db, queue, clock }: { db: Db; queue: Queue; clock: Clock },
  target: ResendTarget,
): Promise<number> {
  const now = clock();
  const resend = async (tx: Db, digestId: number, which: Parameters<typeof resetToPending>[2]) => {
    const digest = await findDigestById(tx, digestId);
    if (digest === null) return 0;
    assertNotCancelled(digest);
    const expiresAt = getNextDigestTime(digest.kind, now);
    return resetToPending(tx, digestId, which, { now, expiresAt });
  };
  const count = await db.transaction(async (tx) => {
    if ('state' in target) {
      return resend(tx, target.digestId, { state: target.state });
    }
    for (const key of target.keys) await assertResendable(tx, key);
    let requeued = 0;
    for (const [digestId, subscriberIds] of groupByDigest(target.keys)) {
      requeued += await resend(tx, digestId, { subscriberIds });
    }
    return requeued;
  });
  if (count > 0) await enqueueDueBatches({ db, queue }, now);
  return count;
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
      `The delivery ${formatDeliveryKey(key)} is ${delivery.state}: only failed, unknown and expired ones can be sent again.`,
    );
  }
}

/** The subscribers of each digest, the oldest digest first: all transactions lock in this order. */
function groupByDigest(keys: readonly DeliveryKey[]): [digestId: number, ids: number[]][] {
  const digests = new Map<number, number[]>();
  for (const { digestId, subscriberId } of keys) {
    digests.set(digestId, [...(digests.get(digestId) ?? []), subscriberId]);
  }
  return [...digests].sort(([first], [second]) => first - second);
}
