import type { Db } from '../../db/client.ts';
import { eraseSubscriber } from '../../db/subscribers.ts';
import { lockErasure, suppress } from '../../db/suppressions.ts';
import { forgetDeliveries, withdrawDeliveries } from '../../db/withdrawals.ts';
import { normaliseAddress } from '../../domain/address.ts';
import type { Subscriber } from '../../domain/subscriber.ts';
import { hashSuppressed } from '../../domain/tokens.ts';

/** Erases a reader. What stays is a keyed hash of the address, so that no import can bring it back.
 *  Call it in a transaction. */
export async function eraseReader(
  tx: Db,
  subscriber: Subscriber,
  { suppressionKey, now }: { suppressionKey: string; now: Date },
): Promise<void> {
  await lockErasure(tx);
  await suppress(
    tx,
    hashSuppressed(normaliseAddress(subscriber.email).key, suppressionKey),
    'erased',
    now,
  );
  await withdrawDeliveries(tx, subscriber.id, 'The reader was erased.', now);
  await forgetDeliveries(tx, subscriber.id);
  await eraseSubscriber(tx, subscriber.id);
}
