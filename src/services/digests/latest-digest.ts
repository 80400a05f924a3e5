import type { Db } from '../../db/client.ts';
import type { DueBatch } from '../../db/deliveries/batches.ts';
import { findDelivery } from '../../db/deliveries/deliveries.ts';
import { addToAudience } from '../../db/deliveries/transitions/add.ts';
import { findLatestDigest } from '../../db/digests/digests.ts';
import type { DigestSummary } from '../../domain/digests/digest.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import { addDays, toUtcDay } from '../../domain/time/schedule.ts';

/** A digest older than this is no news, in days. */
const MAX_AGE_DAYS = 4;

/** The newest digest of the reader's kind, while it can still be sent to them: not when it is old,
 *  was cancelled, or is on its way to them already. */
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

/** Has the newest digest sent to the reader at once. Returns the batch to ring for once that is
 *  committed, or null when there is none to send. */
export async function addLatestDigestDelivery(
  tx: Db,
  subscriber: Pick<Subscriber, 'id' | 'frequency'>,
  now: Date,
): Promise<DueBatch | null> {
  const digest = await findSendableDigest(tx, subscriber, now);
  return digest && addToAudience(tx, digest.id, subscriber.id, now);
}
