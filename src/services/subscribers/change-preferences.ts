import type { Db } from '../../db/client.ts';
import {
  findSubscriber,
  lockSubscriber,
  updatePreferences,
} from '../../db/subscribers/subscribers.ts';
import type { LinkTokens } from '../../domain/links/tokens.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import {
  resolveTopicConflicts,
  type SubscriberChanges,
} from '../../domain/subscribers/subscriber-changes.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { addNotice } from '../transactional/notices.ts';

/** The reader whom a link's token stands for, or null when it is nobody's (any more). */
export async function findSubscriberByToken(
  { db, tokens }: { db: Db; tokens: LinkTokens },
  token: string,
): Promise<Subscriber | null> {
  const subject = tokens.open(token);
  return subject === null ? null : findSubscriber(db, subject.subscriberId);
}

/** The reader whose private feed a token stands for, or null. */
export async function findSubscriberByFeedToken(
  { db, tokens }: { db: Db; tokens: LinkTokens },
  token: string,
): Promise<Subscriber | null> {
  const subscriberId = tokens.openFeed(token);
  return subscriberId === null ? null : findSubscriber(db, subscriberId);
}

/** Changes what is named, or what `changes` names for the reader of now; leaves the rest. Who takes the delivery
 *  up again gets a letter with the best of the absence; the sweep rings for it. Returns the reader as it is then,
 *  or null. */
export async function changePreferences(
  { db, tokens, clock }: { db: Db; tokens: LinkTokens; clock: Clock },
  token: string,
  changes: SubscriberChanges | ((subscriber: Subscriber) => SubscriberChanges),
): Promise<Subscriber | null> {
  const subject = tokens.open(token);
  if (subject === null) return null;
  return db.transaction(async (tx) => {
    const subscriber = await lockSubscriber(tx, subject.subscriberId);
    if (!subscriber) return null;
    const now = clock();
    const requested = typeof changes === 'function' ? changes(subscriber) : changes;
    if (subscriber.status === 'paused' && requested.pausedUntil === null) {
      await addNotice(tx, 'return', { subscriberId: subscriber.id, now });
    }
    return updatePreferences(tx, subscriber.id, resolveTopicConflicts(subscriber, requested), now);
  });
}
