import type { Db } from '../db/client.ts';
import { addLetter, hasLetterSince } from '../db/letters.ts';
import { lockSubscriber } from '../db/subscribers.ts';
import type { Clock } from '../domain/clock.ts';
import { LETTER_LIFETIME_MS } from '../domain/letter.ts';
import type { Tokens } from '../domain/tokens.ts';
import type { Queue } from '../queue/queue.ts';

/**
 * Mails the reader a link, good for 30 minutes, to export or erase everything about them. The link
 * in a digest does not do it by itself: whoever is forwarded one must not wipe its reader. While
 * such a link is good, no second one is mailed. False when the token is nobody's.
 */
export async function requestData(
  { db, queue, tokens, clock }: { db: Db; queue: Queue; tokens: Tokens; clock: Clock },
  token: string,
  kind: 'export' | 'erase',
): Promise<boolean> {
  const subject = tokens.open(token);
  if (subject === null) return false;
  const now = clock();
  const lifetimeMs = LETTER_LIFETIME_MS[kind];
  const letterId = await db.transaction(async (tx) => {
    const subscriber = await lockSubscriber(tx, subject.subscriberId);
    if (!subscriber) return undefined;
    const since = new Date(now.getTime() - lifetimeMs);
    if (await hasLetterSince(tx, { subscriberId: subscriber.id, kind, since })) return null;
    const expiresAt = new Date(now.getTime() + lifetimeMs);
    return addLetter(tx, { subscriberId: subscriber.id, kind, requestedAt: now, expiresAt });
  });
  if (letterId === undefined) return false;
  if (letterId !== null)
    await queue.ring('letter', { letterId }, `letter-${letterId}`).catch(() => undefined);
  return true;
}
