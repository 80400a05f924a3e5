import type { Db } from '../../db/client.ts';
import { skipDeliveriesOf } from '../../db/deliveries/transitions/skip-subscriber.ts';
import { lockSubscriber, updateStatus } from '../../db/subscribers/subscribers.ts';
import type { LinkTokens } from '../../domain/links/tokens.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Queue } from '../../queue/queue.ts';
import {
  enqueueTransactionalEmail,
  requestTransactionalEmail,
} from '../transactional/request-email.ts';

/**
 * Unsubscribes at once: deliveries that are pending, or claimed by a worker but not being sent yet,
 * are skipped. A goodbye e-mail, at most one a day, confirms it and holds a link to return.
 * Unsubscribing again changes nothing. Returns the subscriber, or null when the token belongs to
 * nobody.
 */
export async function unsubscribe(
  { db, queue, tokens, clock }: { db: Db; queue: Queue; tokens: LinkTokens; clock: Clock },
  token: string,
): Promise<Subscriber | null> {
  const subject = tokens.open(token);
  if (subject === null) return null;
  const now = clock();
  const skipRemaining = (tx: Db) =>
    skipDeliveriesOf(tx, subject.subscriberId, 'The subscriber left.', now);
  const { subscriber, emailId } = await db.transaction(async (tx) => {
    const subscriber = await lockSubscriber(tx, subject.subscriberId);
    if (!subscriber || subscriber.status === 'unsubscribed') return { subscriber, emailId: null };
    await updateStatus(tx, subscriber.id, 'unsubscribed', now);
    await skipRemaining(tx);
    // An address that never confirmed gets no e-mail: it may be somebody else's.
    if (subscriber.status === 'pending') return { subscriber, emailId: null };
    return {
      subscriber,
      emailId: await requestTransactionalEmail(tx, 'goodbye', { subscriberId: subscriber.id, now }),
    };
  });
  // Again, for a digest that was composed at the same time and did not see the change.
  if (subscriber) await db.transaction(skipRemaining);
  enqueueTransactionalEmail(queue, emailId);
  return subscriber;
}
