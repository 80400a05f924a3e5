import { joinAudience } from '../../db/audience.ts';
import type { DueBatch } from '../../db/batches.ts';
import type { Db } from '../../db/client.ts';
import { findDelivery } from '../../db/deliveries.ts';
import { type DigestSummary, latestDigest } from '../../db/digests.ts';
import { addDays, dayOf } from '../../domain/schedule.ts';
import type { Subscriber } from '../../domain/subscriber.ts';

/** A digest older than this is no news, in days. */
const MOST_DAYS = 4;

/** The newest digest of the reader's kind, while it can still be sent to them: not when it is old, was
 *  cancelled, or is on its way to them already. */
export async function findLatestEdition(
  db: Db,
  { id, frequency }: Pick<Subscriber, 'id' | 'frequency'>,
  now: Date,
): Promise<DigestSummary | null> {
  const digest = await latestDigest(db, frequency === 'weekly' ? 'weekly' : 'daily');
  if (!digest || digest.cancelledAt !== null) return null;
  if (digest.date < addDays(dayOf(now), -MOST_DAYS)) return null;
  return (await findDelivery(db, digest.id, id)) === null ? digest : null;
}

/** Has the newest digest sent to the reader at once. Returns the batch to ring for once that is
 *  committed, or null when there is none to send. */
export async function addLatestEdition(
  tx: Db,
  reader: Pick<Subscriber, 'id' | 'frequency'>,
  now: Date,
): Promise<DueBatch | null> {
  const digest = await findLatestEdition(tx, reader, now);
  return digest && joinAudience(tx, digest.id, reader.id, now);
}
