import type { Db } from '../../db/client.ts';
import { lockSubscriberByEmail } from '../../db/subscribers/subscribers.ts';
import { normaliseAddress } from '../../domain/subscribers/email-address.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { eraseAndSuppress } from './erase-and-suppress.ts';

/** Erases the subscriber of that address. False when there is none.
 * @throws PaperboyError `INVALID_EMAIL`. */
export async function eraseAddress(
  deps: { db: Db; clock: Clock; suppressionKey: string },
  email: string,
): Promise<boolean> {
  const { key } = normaliseAddress(email);
  return eraseAndSuppress(deps, (tx) => lockSubscriberByEmail(tx, key));
}
