import type { Db } from '../../db/client.ts';
import type { DueBatch } from '../../db/deliveries/batches.ts';
import { findDelivery } from '../../db/deliveries/deliveries.ts';
import { type AddedSubscriber, addToAudience } from '../../db/deliveries/transitions/add.ts';
import { findLatestDigest } from '../../db/digests/digests.ts';
import type { DigestSummary } from '../../domain/digests/digest.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import { addDays, toUtcDay } from '../../domain/time/schedule.ts';

/** An older digest is not news any more. */
const MAX_AGE_DAYS = 4;

/** The newest digest of a subscriber's kind; null when it is old or cancelled, or when the
 *  subscriber has a delivery of it already. */
export async function findSendableDigest(
  db: Db,
  { id, frequency }: Pick<Subscriber, 'id' | 'frequency'>,
  now: Date,
): Promise<DigestSummary | null> {
  const digest = await findLatestDigest(db, frequency === 'weekly' ? 'weekly' : 'daily');
  if (!digest || digest.cancelledAt !== null) return null;
  if (digest.date < addDays(toUtcDay(now), -MAX_AGE_DAYS)) return null;
  return (await findDelivery(db, digest.id, id)) === null ? digest : null;
}

/** Adds a delivery of the newest digest that is due at once. Returns the batch to enqueue after the
 *  commit; null when there is no digest to send. */
export async function addLatestDigestDelivery(
  tx: Db,
  subscriber: AddedSubscriber,
  now: Date,
): Promise<DueBatch | null> {
  const digest = await findSendableDigest(tx, subscriber, now);
  return digest && addToAudience(tx, digest, subscriber, now);
}
