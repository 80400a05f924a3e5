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
  const now = clock();
  const withdraw = (tx: Db) =>
    withdrawDeliveries(tx, subject.subscriberId, 'The reader left.', now);
  const subscriber = await db.transaction(async (tx) => {
    const reader = await lockSubscriber(tx, subject.subscriberId);
    if (reader && reader.status !== 'unsubscribed') {
      await updateStatus(tx, reader.id, 'unsubscribed', now);
      await withdraw(tx);
    }
    return reader;
  });
  // Once more for a digest that was composed meanwhile: it did not see that the reader goes.
  if (subscriber) await withdraw(db);
  return subscriber;
}
