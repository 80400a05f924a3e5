import type { Db } from '../db/client.ts';
import { findSubscriber, lockSubscriber, updatePreferences } from '../db/subscribers.ts';
import type { Clock } from '../domain/clock.ts';
import { type ReaderChanges, settleTopics } from '../domain/reader-changes.ts';
import type { Subscriber } from '../domain/subscriber.ts';
import type { Tokens } from '../domain/tokens.ts';
import { addNotice } from './support/notices.ts';

/** The reader whom a link's token stands for, or null when it is nobody's (any more). */
export async function findReader(
  { db, tokens }: { db: Db; tokens: Tokens },
  token: string,
): Promise<Subscriber | null> {
  const subject = tokens.open(token);
  return subject === null ? null : findSubscriber(db, subject.subscriberId);
}

/** The reader whose private feed a token stands for, or null. */
export async function findFeedReader(
  { db, tokens }: { db: Db; tokens: Tokens },
  token: string,
): Promise<Subscriber | null> {
  const subscriberId = tokens.openFeed(token);
  return subscriberId === null ? null : findSubscriber(db, subscriberId);
}

/** Changes what is named, or what `changes` names for the reader of now; leaves the rest. Who takes the delivery
 *  up again gets a letter with the best of the absence; the sweep rings for it. Returns the reader as it is then,
 *  or null. */
export async function changePreferences(
  { db, tokens, clock }: { db: Db; tokens: Tokens; clock: Clock },
  token: string,
  changes: ReaderChanges | ((reader: Subscriber) => ReaderChanges),
): Promise<Subscriber | null> {
  const subject = tokens.open(token);
  if (subject === null) return null;
  return db.transaction(async (tx) => {
    const reader = await lockSubscriber(tx, subject.subscriberId);
    if (!reader) return null;
    const now = clock();
    const wanted = typeof changes === 'function' ? changes(reader) : changes;
    if (reader.status === 'paused' && wanted.pausedUntil === null) {
      await addNotice(tx, 'return', { subscriberId: reader.id, now });
    }
    return updatePreferences(tx, reader.id, settleTopics(reader, wanted), now);
  });
}
