import type { Db } from '../db/client.ts';
import { findDelivery } from '../db/deliveries.ts';
import { findSubscriber } from '../db/subscribers.ts';
import type { Tokens } from '../domain/tokens.ts';
import { digestHtml } from '../mail/digest-message.ts';
import { copyFor, type Editions } from './support/editions.ts';

/** The HTML of a reader's own digest, as it was or will be mailed; null when the token is nobody's
 *  or the papers are not chosen yet. */
export async function viewDelivery(
  { db, tokens, editions }: { db: Db; tokens: Tokens; editions: Editions },
  token: string,
): Promise<string | null> {
  const subject = tokens.open(token);
  if (subject === null || subject.digestId === 0) return null;
  const delivery = await findDelivery(db, subject.digestId, subject.subscriberId);
  const reader = await findSubscriber(db, subject.subscriberId);
  const edition = await editions(subject.digestId);
  if (!delivery?.selection || delivery.selection.length === 0 || !reader || !edition) return null;
  return digestHtml(
    edition.mail,
    copyFor(edition, reader, { token, selection: delivery.selection }),
  );
}
