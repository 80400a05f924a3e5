import type { Db } from '../../db/client.ts';
import { lockSubscriber } from '../../db/subscribers/subscribers.ts';
import {
  addTransactionalEmail,
  hasTransactionalEmailSince,
} from '../../db/transactional/transactional-emails.ts';
import type { LinkTokens } from '../../domain/links/tokens.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { TRANSACTIONAL_LINK_LIFETIME_MS } from '../../domain/transactional/transactional-email.ts';
import type { Queue } from '../../queue/queue.ts';
import { enqueueTransactionalEmail } from '../transactional/notices.ts';

/**
 * Mails the reader a link, good for 30 minutes, to export or erase everything about them. The link
 * in a digest does not do it by itself: whoever is forwarded one must not wipe its reader. While
 * such a link is good, no second one is mailed. False when the token is nobody's.
 */
export async function requestDataLink(
  { db, queue, tokens, clock }: { db: Db; queue: Queue; tokens: LinkTokens; clock: Clock },
  token: string,
  kind: 'export' | 'erase',
): Promise<boolean> {
  const subject = tokens.open(token);
  if (subject === null) return false;
  const now = clock();
  const lifetimeMs = TRANSACTIONAL_LINK_LIFETIME_MS[kind];
  const emailId = await db.transaction(async (tx) => {
    const subscriber = await lockSubscriber(tx, subject.subscriberId);
    if (!subscriber) return undefined;
    const since = new Date(now.getTime() - lifetimeMs);
    if (await hasTransactionalEmailSince(tx, { subscriberId: subscriber.id, kind, since }))
      return null;
    const expiresAt = new Date(now.getTime() + lifetimeMs);
    return addTransactionalEmail(tx, {
      subscriberId: subscriber.id,
      kind,
      requestedAt: now,
      expiresAt,
    });
  });
  if (emailId === undefined) return false;
  await enqueueTransactionalEmail(queue, emailId);
  return true;
}
