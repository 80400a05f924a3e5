import type { Db } from '../db/client.ts';
import { lockSubscriber, updateStatus } from '../db/subscribers.ts';
import type { Clock } from '../domain/clock.ts';
import type { Subscriber } from '../domain/subscriber.ts';
import type { Tokens } from '../domain/tokens.ts';

/**
 * Ends the reader's mail from now on: deliveries that wait become `skipped` when their turn comes.
 * Doing it again changes nothing. Returns the reader, or null for a token that is nobody's.
 */
export async function unsubscribe(
  { db, tokens, clock }: { db: Db; tokens: Tokens; clock: Clock },
  token: string,
): Promise<Subscriber | null> {
  const subject = tokens.open(token);
  if (subject === null) return null;
  return db.transaction(async (tx) => {
    const subscriber = await lockSubscriber(tx, subject.subscriberId);
    if (subscriber && subscriber.status !== 'unsubscribed') {
      await updateStatus(tx, subscriber.id, 'unsubscribed', clock());
    }
    return subscriber;
  });
}
