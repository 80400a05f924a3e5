import type { Db } from '../db/client.ts';
import { lockSubscriberByEmail } from '../db/subscribers.ts';
import { normaliseAddress } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import { eraseReader } from './support/erase.ts';

/** Erases the subscriber of that address. False when there is none.
 * @throws PaperboyError `INVALID_EMAIL`. */
export async function eraseAddress(
  deps: { db: Db; clock: Clock; suppressionKey: string },
  email: string,
): Promise<boolean> {
  const { key } = normaliseAddress(email);
  return eraseReader(deps, (tx) => lockSubscriberByEmail(tx, key));
}
