import type { Db } from '../db/client.ts';
import { findDelivery, returnToPending } from '../db/deliveries.ts';
import { findDigestById } from '../db/digests.ts';
import type { Clock } from '../domain/clock.ts';
import { type DeliveryKey, describeKey, mayBeResent } from '../domain/delivery.ts';
import { PaperboyError } from '../domain/errors.ts';
import type { Queue } from '../queue/queue.ts';
import { refuseCancelled } from './support/digest-status.ts';
import { ringBatches } from './support/ring-due.ts';

export type Resend =
  | { keys: readonly DeliveryKey[] }
  | { digestId: number; state: 'failed' | 'unknown' };

/**
 * Has failed and unknown deliveries sent again, with the same papers, date and Message-ID: those named,
 * or all of a digest in one state. Only an operator may decide that: an unknown one may have arrived.
 * Returns how many.
 * @throws PaperboyError `UNKNOWN_DELIVERY`, `NOT_TO_RESEND` or `DIGEST_CANCELLED`; then nothing is
 * changed.
 */
export async function resendDeliveries(
  { db, queue, clock }: { db: Db; queue: Queue; clock: Clock },
  which: Resend,
): Promise<number> {
  const now = clock();
  const count = await db.transaction(async (tx) => {
    if ('state' in which) {
      await checkDigest(tx, which.digestId);
      return returnToPending(tx, which.digestId, { state: which.state }, now);
    }
    for (const key of which.keys) await checkDelivery(tx, key);
    let returned = 0;
    for (const [digestId, subscriberIds] of byDigest(which.keys)) {
      await checkDigest(tx, digestId);
      returned += await returnToPending(tx, digestId, { subscriberIds }, now);
    }
    return returned;
  });
  if (count > 0) await ringBatches({ db, queue }, now);
  return count;
}

async function checkDigest(db: Db, digestId: number): Promise<void> {
  const digest = await findDigestById(db, digestId);
  if (digest) refuseCancelled(digest);
}

async function checkDelivery(db: Db, key: DeliveryKey): Promise<void> {
  const delivery = await findDelivery(db, key.digestId, key.subscriberId);
  if (!delivery) {
    throw new PaperboyError(
      'UNKNOWN_DELIVERY',
      `There is no delivery ${describeKey(key)}: “paperboy deliveries list” names those that there are.`,
      { statusCode: 404 },
    );
  }
  if (!mayBeResent(delivery.state)) {
    throw new PaperboyError(
      'NOT_TO_RESEND',
      `The delivery ${describeKey(key)} is ${delivery.state}: only failed and unknown ones can be sent again.`,
      { statusCode: 409 },
    );
  }
}

function byDigest(keys: readonly DeliveryKey[]): Map<number, number[]> {
  const digests = new Map<number, number[]>();
  for (const { digestId, subscriberId } of keys) {
    digests.set(digestId, [...(digests.get(digestId) ?? []), subscriberId]);
  }
  return digests;
}
