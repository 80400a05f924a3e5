import { DELIVERY_DETAILS } from '../../copy/en/deliveries.ts';
import type { Db } from '../../db/client.ts';
import { eraseDeliveriesOf } from '../../db/deliveries/deliveries.ts';
import { skipDeliveriesOf } from '../../db/deliveries/transitions/skip-subscriber.ts';
import { eraseSubscriber } from '../../db/subscribers/subscribers.ts';
import { lockForErasure, suppressAddress } from '../../db/subscribers/suppressions.ts';
import { hashSuppressedAddress } from '../../domain/links/tokens.ts';
import { normaliseAddress } from '../../domain/subscribers/email-address.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import type { Clock } from '../../domain/time/clock.ts';

/**
 * Erases the subscriber that `find` returns. A keyed hash of the address stays, so that no import
 * can bring it back. False when there is no subscriber.
 */
export async function eraseAndSuppress(
  { db, clock, suppressionKey }: { db: Db; clock: Clock; suppressionKey: string },
  find: (tx: Db) => Promise<Subscriber | null>,
): Promise<boolean> {
  const now = clock();
  const found = await db.transaction(find);
  if (!found) return false;
  // Before the subscriber is gone: if the process dies here, the link still works.
  await eraseDeliveriesOf(db, found.id);
  const erased = await db.transaction(async (tx) => {
    const subscriber = await find(tx);
    if (!subscriber) return null;
    const emailHash = hashSuppressedAddress(normaliseAddress(subscriber.email).key, suppressionKey);
    await lockForErasure(tx);
    await suppressAddress(tx, { emailHash, reason: 'erased', now });
    await skipDeliveriesOf(tx, subscriber.id, DELIVERY_DETAILS.erased, now);
    await eraseSubscriber(tx, subscriber.id);
    return subscriber;
  });
  if (!erased) return false;
  // Again, for a digest that was composed at the same time and did not see the erasure.
  await db.transaction((tx) => skipDeliveriesOf(tx, erased.id, DELIVERY_DETAILS.erased, now));
  await eraseDeliveriesOf(db, erased.id);
  return true;
}
