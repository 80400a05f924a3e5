import type { Db } from '../db/client.ts';
import { lockSubscriber, updateStatus } from '../db/subscribers.ts';
import { withdrawDeliveries } from '../db/withdrawals.ts';
import type { Clock } from '../domain/clock.ts';
import type { Subscriber } from '../domain/subscriber.ts';
import type { Tokens } from '../domain/tokens.ts';

/**
 * Ends the reader's mail at once: what waits, or is in a worker's hands and not on its way yet, is
 * skipped.
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
      const now = clock();
      await updateStatus(tx, subscriber.id, 'unsubscribed', now);
      await withdrawDeliveries(tx, subscriber.id, 'The reader left.', now);
    }
    return subscriber;
  });
}
