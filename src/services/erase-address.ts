import type { Db } from '../db/client.ts';
import { lockSubscriberByEmail } from '../db/subscribers.ts';
import { normaliseAddress } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import { eraseReader } from './support/erase.ts';

/** Erases the subscriber of that address. False when there is none.
 * @throws PaperboyError `INVALID_EMAIL`. */
export async function eraseAddress(
  { db, clock, suppressionKey }: { db: Db; clock: Clock; suppressionKey: string },
  email: string,
): Promise<boolean> {
  const { key } = normaliseAddress(email);
  return db.transaction(async (tx) => {
    const subscriber = await lockSubscriberByEmail(tx, key);
    if (subscriber) await eraseReader(tx, subscriber, { suppressionKey, now: clock() });
    return subscriber !== null;
  });
}
