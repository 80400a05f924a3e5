import type { Db } from '../../db/client.ts';
import { lockSubscriber } from '../../db/subscribers/subscribers.ts';
import type { LinkTokens } from '../../domain/links/tokens.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Queue } from '../../queue/queue.ts';
import {
  enqueueTransactionalEmail,
  requestTransactionalEmail,
} from '../transactional/request-email.ts';

/**
 * Mails the subscriber a link, valid for 30 minutes, to export or erase everything stored about
 * them. The link in a digest cannot do it by itself: whoever is forwarded a digest must not erase
 * its subscriber. While such a link is valid, no second one is mailed. False when the token belongs
 * to nobody.
 */
export async function requestDataLink(
  { db, queue, tokens, clock }: { db: Db; queue: Queue; tokens: LinkTokens; clock: Clock },
  token: string,
  kind: 'export' | 'erase',
): Promise<boolean> {
  const subject = tokens.open(token);
  if (subject === null) return false;
  const requested = await db.transaction(async (tx) => {
    const subscriber = await lockSubscriber(tx, subject.subscriberId);
    if (!subscriber) return null;
    const request = { subscriberId: subscriber.id, now: clock() };
    return { emailId: await requestTransactionalEmail(tx, kind, request) };
  });
  if (requested === null) return false;
  enqueueTransactionalEmail(queue, requested.emailId);
  return true;
}
