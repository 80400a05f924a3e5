import { CONSENT_WORDING } from '../../copy/en/pages/sign-up.ts';
import type { Db } from '../../db/client.ts';
import type { DueBatch } from '../../db/deliveries/batches.ts';
import { confirmConsents, recordConsent } from '../../db/subscribers/consents.ts';
import { findSubscriber, lockSubscriber, updateStatus } from '../../db/subscribers/subscribers.ts';
import { liftSuppression } from '../../db/subscribers/suppressions.ts';
import {
  findTransactionalEmailByToken,
  markConfirmationsUsed,
} from '../../db/transactional/transactional-emails.ts';
import { hashSuppressedAddress, hashToken } from '../../domain/links/tokens.ts';
import { normaliseAddress } from '../../domain/subscribers/email-address.ts';
import { decideConfirmedStatus } from '../../domain/subscribers/pause.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';
import {
  CONFIRMING_TRANSACTIONAL_KINDS,
  type TransactionalKind,
} from '../../domain/transactional/transactional-email.ts';
import type { Queue } from '../../queue/queue.ts';
import { enqueueBatch } from '../deliveries/enqueue-due.ts';
import { addLatestDigestDelivery } from '../digests/latest-digest.ts';
import { addNotice, enqueueTransactionalEmail } from '../transactional/notices.ts';

/** What a confirmation link leads to. */
export type Confirmation =
  | { kind: 'open'; subscriber: Subscriber }
  | { kind: 'confirmed'; subscriber: Subscriber }
  | { kind: 'expired' }
  | { kind: 'unknown' };

/** Looks at a confirmation link without changing anything. */
export async function findConfirmation(
  { db, clock }: { db: Db; clock: Clock },
  token: string,
): Promise<Confirmation> {
  const email = await findTransactionalEmailByToken(db, hashToken(token));
  if (!email || !isConfirmingKind(email.kind)) return { kind: 'unknown' };
  const subscriber = await findSubscriber(db, email.subscriberId);
  if (!subscriber) return { kind: 'unknown' };
  if (email.usedAt !== null) return { kind: 'confirmed', subscriber };
  if (email.expiresAt <= clock()) return { kind: 'expired' };
  return { kind: 'open', subscriber };
}

/** What confirming needs. */
export interface ConfirmDeps {
  db: Db;
  queue: Queue;
  clock: Clock;
  suppressionKey: string;
}

/** What is to be rung for once it is committed. */
interface PendingJobs {
  emailId: number | null;
  batch: DueBatch | null;
}

/**
 * Confirms a sign-up, or the way back in a goodbye: the subscriber is active from now on, and a letter
 * says what comes. With `wantsLatest` the latest digest comes at once. A link works once, and all that
 * were mailed before are used with it; used again they tell success and change nothing, so that none
 * can bring back a reader who left since.
 */
export async function confirmSignUp(
  deps: ConfirmDeps,
  token: string,
  { wantsLatest }: { wantsLatest: boolean } = { wantsLatest: false },
): Promise<Confirmation> {
  const { db, queue, clock } = deps;
  const now = clock();
  const pendingJobs: PendingJobs = { emailId: null, batch: null };
  const confirmation = await db.transaction(async (tx): Promise<Confirmation> => {
    const found = await findConfirmation({ db: tx, clock }, token);
    if (found.kind !== 'open') return found;
    const subscriber = await lockSubscriber(tx, found.subscriber.id);
    const email = await findTransactionalEmailByToken(tx, hashToken(token));
    if (!subscriber || !email) return { kind: 'unknown' };
    if (email.usedAt !== null) return { kind: 'confirmed', subscriber };
    await markConfirmationsUsed(tx, subscriber.id, now);
    if (subscriber.status === 'active' || subscriber.status === 'paused')
      return { kind: 'confirmed', subscriber };
    const status = decideConfirmedStatus(subscriber.pausedUntil, toUtcDay(now));
    await updateStatus(tx, subscriber.id, status, now);
    await recordConfirmedConsent(tx, email, now);
    await liftSuppression(
      tx,
      hashSuppressedAddress(normaliseAddress(subscriber.email).key, deps.suppressionKey),
      'erased',
    );
    pendingJobs.emailId = await addNotice(tx, 'welcome', { subscriberId: subscriber.id, now });
    if (wantsLatest) pendingJobs.batch = await addLatestDigestDelivery(tx, subscriber, now);
    return { kind: 'confirmed', subscriber: { ...subscriber, status, confirmedAt: now } };
  });
  await enqueueTransactionalEmail(queue, pendingJobs.emailId);
  await enqueueBatch(queue, pendingJobs.batch);
  return confirmation;
}

/** The way back is a consent of its own; a sign-up was recorded when it came. */
async function recordConfirmedConsent(
  tx: Db,
  { kind, subscriberId }: { kind: TransactionalKind; subscriberId: number },
  now: Date,
): Promise<void> {
  if (kind === 'goodbye') {
    const consent = { givenAt: now, channel: 'email', wording: CONSENT_WORDING.email };
    await recordConsent(tx, subscriberId, { ...consent, network: null });
  }
  await confirmConsents(tx, subscriberId, now);
}

function isConfirmingKind(kind: TransactionalKind): boolean {
  return CONFIRMING_TRANSACTIONAL_KINDS.some((each) => each === kind);
}
