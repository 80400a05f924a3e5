import type { Db } from '../db/client.ts';
import { lockSubscriber, updateStatus } from '../db/subscribers.ts';
import { withdrawDeliveries } from '../db/withdrawals.ts';
import type { Clock } from '../domain/clock.ts';
import type { Subscriber } from '../domain/subscriber.ts';
import type { Tokens } from '../domain/tokens.ts';
import type { Queue } from '../queue/queue.ts';
import { addNotice, ringForLetter } from './support/notices.ts';

/**
 * Ends the reader's mail at once: what waits, or is in a worker's hands and not on its way yet, is
 * skipped. A letter says so, and holds the way back; at most one a day.
 * Doing it again changes nothing. Returns the reader, or null for a token that is nobody's.
 */
export async function unsubscribe(
  { db, queue, tokens, clock }: { db: Db; queue: Queue; tokens: Tokens; clock: Clock },
  token: string,
): Promise<Subscriber | null> {
  const subject = tokens.open(token);
  if (subject === null) return null;
  const now = clock();
  const withdraw = (tx: Db) =>
    withdrawDeliveries(tx, subject.subscriberId, 'The reader left.', now);
  const { reader, letterId } = await db.transaction(async (tx) => {
    const reader = await lockSubscriber(tx, subject.subscriberId);
    if (!reader || reader.status === 'unsubscribed') return { reader, letterId: null };
    await updateStatus(tx, reader.id, 'unsubscribed', now);
    await withdraw(tx);
    // Whoever never confirmed is told nothing: it may be somebody else's address.
    if (reader.status === 'pending') return { reader, letterId: null };
    return { reader, letterId: await addNotice(tx, 'goodbye', { subscriberId: reader.id, now }) };
  });
  // Once more for a digest that was composed meanwhile: it did not see that the reader goes.
  if (reader) await db.transaction(withdraw);
  await ringForLetter(queue, letterId);
  return reader;
}
