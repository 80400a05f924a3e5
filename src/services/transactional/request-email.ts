import type { Db } from '../../db/client.ts';
import {
  addTransactionalEmail,
  hasTransactionalEmailSince,
  listDueTransactionalEmails,
} from '../../db/transactional/transactional-emails.ts';
import {
  TRANSACTIONAL_LINK_LIFETIME_MS,
  TRANSACTIONAL_MIN_INTERVAL_MS,
  type TransactionalKind,
} from '../../domain/transactional/transactional-email.ts';
import type { Queue } from '../../queue/queue.ts';

/**
 * Stores an e-mail to a subscriber. Returns its id, to be enqueued after the commit, or null when
 * the subscriber had one of the kind within its minimum interval.
 */
export async function requestTransactionalEmail(
  tx: Db,
  kind: Exclude<TransactionalKind, 'confirm'>,
  { subscriberId, now }: { subscriberId: number; now: Date },
): Promise<number | null> {
  const since = new Date(now.getTime() - TRANSACTIONAL_MIN_INTERVAL_MS[kind]);
  if (await hasTransactionalEmailSince(tx, { subscriberId, kind, since })) return null;
  return addTransactionalEmail(tx, {
    subscriberId,
    kind,
    requestedAt: now,
    expiresAt: new Date(now.getTime() + TRANSACTIONAL_LINK_LIFETIME_MS[kind]),
  });
}

/** Enqueues every e-mail that is due, up to 1000. Returns how many. */
export async function enqueueDueTransactionalEmails(
  { db, queue }: { db: Db; queue: Queue },
  now: Date,
): Promise<number> {
  const emailIds = await listDueTransactionalEmails(db, now, MAX_EMAILS_PER_CALL);
  await queue.enqueueMany(
    'transactional-email',
    emailIds.map((emailId) => ({ data: { emailId }, id: getJobId(emailId) })),
  );
  return emailIds.length;
}

const MAX_EMAILS_PER_CALL = 1000;

/** Enqueues a stored e-mail before all others, since somebody waits for it; null enqueues nothing.
 *  Neither waits nor fails: a request must not hang because the queue does not respond, and the
 *  sweep enqueues the e-mail again. */
export function enqueueTransactionalEmail(queue: Queue, emailId: number | null): void {
  if (emailId === null) return;
  const job = { data: { emailId }, id: getJobId(emailId), isFirst: true };
  queue.enqueueMany('transactional-email', [job]).catch(() => undefined);
}

/** The same for every attempt to enqueue an e-mail, so that it waits in the queue once. */
function getJobId(emailId: number): string {
  return `transactional-email-${emailId}`;
}
