import type { Db } from '../../db/client.ts';
import { eraseSubscriber } from '../../db/subscribers.ts';
import { lockErasure, suppress } from '../../db/suppressions.ts';
import { forgetDeliveries, withdrawDeliveries } from '../../db/withdrawals.ts';
import { normaliseAddress } from '../../domain/address.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Subscriber } from '../../domain/subscriber.ts';
import { hashSuppressed } from '../../domain/tokens.ts';

/**
 * Erases the reader whom `find` finds, and locks when others could erase them too. What stays is a
 * keyed hash of the address, so that no import can bring it back. False when there is nobody.
 */
export async function eraseReader(
  { db, clock, suppressionKey }: { db: Db; clock: Clock; suppressionKey: string },
  find: (tx: Db) => Promise<Subscriber | null>,
): Promise<boolean> {
  const now = clock();
  const erased = await db.transaction(async (tx) => {
    const subscriber = await find(tx);
    if (!subscriber) return null;
    const hash = hashSuppressed(normaliseAddress(subscriber.email).key, suppressionKey);
    await lockErasure(tx);
    await suppress(tx, hash, 'erased', now);
    await removeDeliveries(tx, subscriber.id, now);
    await eraseSubscriber(tx, subscriber.id);
    return subscriber;
  });
  if (!erased) return false;
  // Once more for a digest that was composed meanwhile: it did not see that the reader goes.
  await db.transaction((tx) => removeDeliveries(tx, erased.id, now));
  return true;
}

async function removeDeliveries(tx: Db, subscriberId: number, now: Date): Promise<void> {
  await withdrawDeliveries(tx, subscriberId, 'The reader was erased.', now);
  await forgetDeliveries(tx, subscriberId);
}
