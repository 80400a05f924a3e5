import type { Db } from '../../db/client.ts';
import {
  addTransactionalEmail,
  hasTransactionalEmailSince,
} from '../../db/transactional/transactional-emails.ts';
import {
  MAX_RETURN_NOTICE_PAPERS,
  NOTICE_MIN_INTERVAL_MS,
  type NoticeKind,
  TRANSACTIONAL_LINK_LIFETIME_MS,
} from '../../domain/transactional/transactional-email.ts';
import type { Queue } from '../../queue/queue.ts';

/**
 * Writes down a letter that tells the reader of a change; `paperIds`, the best first, are what a
 * `return` brings. Returns its id, to be rung for once that is committed; null when one of the kind went
 * out a short while ago.
 */
export async function addNotice(
  tx: Db,
  kind: NoticeKind,
  {
    subscriberId,
    now,
    paperIds = [],
  }: { subscriberId: number; now: Date; paperIds?: readonly string[] },
): Promise<number | null> {
  const since = new Date(now.getTime() - NOTICE_MIN_INTERVAL_MS[kind]);
  if (await hasTransactionalEmailSince(tx, { subscriberId, kind, since })) return null;
  return addTransactionalEmail(tx, {
    subscriberId,
    kind,
    requestedAt: now,
    expiresAt: new Date(now.getTime() + TRANSACTIONAL_LINK_LIFETIME_MS[kind]),
    paperIds: paperIds.slice(0, MAX_RETURN_NOTICE_PAPERS),
  });
}

/** Rings for a letter that is written down. A lost ring is rung again by the sweep, so a queue that is
 *  down fails nothing. */
export async function enqueueTransactionalEmail(
  queue: Queue,
  emailId: number | null,
): Promise<void> {
  if (emailId === null) return;
  await queue
    .enqueue('transactional-email', { emailId }, `transactional-email-${emailId}`)
    .catch(() => undefined);
}
