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
  type SubscriberInput,
} from '../../domain/subscribers/subscriber-changes.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { requestTransactionalEmail } from '../transactional/request-email.ts';
import { validatePreferences } from './validate-preferences.ts';

/** The subscriber whom a link's token names, or null when there is none. */
export async function findSubscriberByToken(
  { db, tokens }: { db: Db; tokens: LinkTokens },
  token: string,
): Promise<Subscriber | null> {
  const subject = tokens.open(token);
  return subject === null ? null : findSubscriber(db, subject.subscriberId);
}

/** The subscriber whose private feed a token opens, or null. */
export async function findSubscriberByFeedToken(
  { db, tokens }: { db: Db; tokens: LinkTokens },
  token: string,
): Promise<Subscriber | null> {
  const subscriberId = tokens.openFeed(token);
  return subscriberId === null ? null : findSubscriber(db, subscriberId);
}

/**
 * Changes the preferences and the pause that are named and leaves the rest. Ending a pause causes
 * an e-mail with the best papers of the absence, which the sweep enqueues. Returns the changed
 * subscriber, or null when the token belongs to nobody.
 * @throws InvalidPreferencesError with every problem.
 */
export async function changePreferences(
  deps: { db: Db; tokens: LinkTokens; clock: Clock },
  token: string,
  input: SubscriberInput,
): Promise<Subscriber | null> {
  const found = await findSubscriberByToken(deps, token);
  if (found === null) return null;
  const now = deps.clock();
  const changes = await validatePreferences(deps.db, input, now);
  return deps.db.transaction(async (tx) => {
    const subscriber = await lockSubscriber(tx, found.id);
    if (!subscriber) return null;
    if (subscriber.status === 'paused' && changes.pausedUntil === null)
      await requestTransactionalEmail(tx, 'return', { subscriberId: subscriber.id, now });
    return updatePreferences(tx, subscriber.id, resolveTopicConflicts(subscriber, changes), now);
  });
}
