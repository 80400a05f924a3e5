import type { Db } from '../../db/client.ts';
import { skipDeliveriesOf } from '../../db/deliveries/transitions/skip-subscriber.ts';
import { lockSubscriber, updateStatus } from '../../db/subscribers/subscribers.ts';
import type { LinkTokens } from '../../domain/links/tokens.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Queue } from '../../queue/queue.ts';
import { addNotice, enqueueTransactionalEmail } from '../transactional/notices.ts';

/**
 * Ends the reader's mail at once: what waits, or is in a worker's hands and not on its way yet, is
 * skipped. A letter says so, and holds the way back; at most one a day.
 * Doing it again changes nothing. Returns the reader, or null for a token that is nobody's.
 */
export async function unsubscribe(
  { db, queue, tokens, clock }: { db: Db; queue: Queue; tokens: LinkTokens; clock: Clock },
  token: string,
): Promise<Subscriber | null> {
  const subject = tokens.open(token);
  if (subject === null) return null;
  const now = clock();
  const skipRemaining = (tx: Db) =>
    skipDeliveriesOf(tx, subject.subscriberId, 'The reader left.', now);
  const { reader: subscriber, emailId } = await db.transaction(async (tx) => {
    const subscriber = await lockSubscriber(tx, subject.subscriberId);
    if (!subscriber || subscriber.status === 'unsubscribed')
      return { reader: subscriber, emailId: null };
    await updateStatus(tx, subscriber.id, 'unsubscribed', now);
    await skipRemaining(tx);
    // Whoever never confirmed is told nothing: it may be somebody else's address.
    if (subscriber.status === 'pending') return { reader: subscriber, emailId: null };
    return {
      reader: subscriber,
      emailId: await addNotice(tx, 'goodbye', { subscriberId: subscriber.id, now }),
    };
  });
  // Once more for a digest that was composed meanwhile: it did not see that the reader goes.
  if (subscriber) await db.transaction(skipRemaining);
  await enqueueTransactionalEmail(queue, emailId);
  return subscriber;
}
