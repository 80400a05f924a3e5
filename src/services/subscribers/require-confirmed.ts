import type { Db } from '../../db/client.ts';
import { findSubscriber } from '../../db/subscribers/subscribers.ts';
import { PaperboyError } from '../../domain/errors.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';

/**
 * The subscriber, once they confirmed the address: nobody else may be taught what they like.
 * @throws PaperboyError `NOT_CONFIRMED`, or `UNKNOWN_TOKEN` when there is no such subscriber.
 */
export async function requireConfirmed(db: Db, subscriberId: number): Promise<Subscriber> {
  const subscriber = await findSubscriber(db, subscriberId);
  if (subscriber === null) throw new PaperboyError('UNKNOWN_TOKEN', 'There is no such subscriber.');
  if (subscriber.status !== 'pending') return subscriber;
  const message = 'Confirm your subscription first: nothing is learned before.';
  throw new PaperboyError('NOT_CONFIRMED', message);
}
