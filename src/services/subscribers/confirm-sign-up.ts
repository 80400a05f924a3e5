import { CONSENT_WORDING } from '../../copy/en/pages/sign-up.ts';
import type { Db } from '../../db/client.ts';
import type { DueBatch } from '../../db/deliveries/batches.ts';
import { recordConsent } from '../../db/subscribers/consents.ts';
import {
  findSubscriber,
  lockSubscriber,
  updatePreferences,
  updateStatus,
} from '../../db/subscribers/subscribers.ts';
import { liftSuppression } from '../../db/subscribers/suppressions.ts';
import {
  closeConfirmations,
  findTransactionalEmailByToken,
  type TransactionalEmail,
} from '../../db/transactional/transactional-emails.ts';
import { hashSuppressedAddress, hashToken } from '../../domain/links/tokens.ts';
import { normaliseAddress } from '../../domain/subscribers/email-address.ts';
import { decideConfirmedStatus } from '../../domain/subscribers/pause.ts';
import { applySignUpRequest } from '../../domain/subscribers/sign-up-request.ts';
import type { Subscriber } from '../../domain/subscribers/subscriber.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';
import {
  CONFIRMING_TRANSACTIONAL_KINDS,
  type TransactionalKind,
} from '../../domain/transactional/transactional-email.ts';
import { enqueueBatch } from '../deliveries/enqueue-batches.ts';
import { addLatestDigestDelivery } from '../digests/latest-digest.ts';
import {
  enqueueTransactionalEmail,
  requestTransactionalEmail,
} from '../transactional/request-email.ts';
import type { SignUpDeps } from './sign-up.ts';

/** What a confirmation link leads to. `open` shows the subscriber as confirming makes it. */
export type Confirmation =
  | { kind: 'open'; subscriber: Subscriber }
  | { kind: 'confirmed'; subscriber: Subscriber }
  | { kind: 'expired' }
  | { kind: 'unknown' };

/** Reads a confirmation link; changes nothing. */
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
  return { kind: 'open', subscriber: applySignUpRequest(subscriber, email.signUpRequest) };
}

/** Jobs to enqueue after the commit. */
interface PendingJobs {
  emailId: number | null;
  batch: DueBatch | null;
}

/**
 * Confirms a sign-up, or the return of a subscriber who left by the link in the goodbye e-mail. The
 * subscriber becomes active with exactly what this link's sign-up asked for, and is mailed a
 * welcome; with `wantsLatest` the latest digest is sent at once. A link works once, and every other
 * confirmation link of the subscriber is used up with it: used again they report success and change
 * nothing, so none can bring back a subscriber who has since left.
 */
export async function confirmSignUp(
  deps: Omit<SignUpDeps, 'limitSignup' | 'ownerKeys'>,
  token: string,
  { wantsLatest }: { wantsLatest: boolean } = { wantsLatest: false },
): Promise<Confirmation> {
  const { db, queue, clock } = deps;
  const now = clock();
  const pendingJobs: PendingJobs = { emailId: null, batch: null };
  const confirmation = await db.transaction(async (tx): Promise<Confirmation> => {
    const found = await findConfirmation({ db: tx, clock }, token);
    if (found.kind !== 'open') return found;
    const stored = await lockSubscriber(tx, found.subscriber.id);
    // Read again under the lock: another click may have used the link since.
    const email = await findTransactionalEmailByToken(tx, hashToken(token));
    if (!stored || !email) return { kind: 'unknown' };
    if (email.usedAt !== null) return { kind: 'confirmed', subscriber: stored };
    await closeConfirmations(tx, stored.id, now);
    if (stored.status === 'active' || stored.status === 'paused')
      return { kind: 'confirmed', subscriber: stored };
    const subscriber = await activate(tx, stored, email, now);
    await recordConsent(tx, subscriber.id, { ...describeConsent(email, now), confirmedAt: now });
    await liftSuppression(
      tx,
      hashSuppressedAddress(normaliseAddress(subscriber.email).key, deps.suppressionKey),
      'erased',
    );
    pendingJobs.emailId = await requestTransactionalEmail(tx, 'welcome', {
      subscriberId: subscriber.id,
      now,
    });
    if (wantsLatest) pendingJobs.batch = await addLatestDigestDelivery(tx, subscriber, now);
    return { kind: 'confirmed', subscriber };
  });
  enqueueTransactionalEmail(queue, pendingJobs.emailId);
  enqueueBatch(queue, pendingJobs.batch);
  return confirmation;
}

/** Applies what the e-mail's sign-up asked for; a pause whose day has come is none. */
async function activate(
  tx: Db,
  stored: Subscriber,
  { signUpRequest }: TransactionalEmail,
  now: Date,
): Promise<Subscriber> {
  const requested = applySignUpRequest(stored, signUpRequest);
  const status = decideConfirmedStatus(requested.pausedUntil, toUtcDay(now));
  const pausedUntil = status === 'paused' ? requested.pausedUntil : null;
  const { topics, mutedTopics, minutes } = requested;
  const preferences = { ...signUpRequest?.preferences, topics, mutedTopics, minutes, pausedUntil };
  await updatePreferences(tx, stored.id, preferences, now);
  await updateStatus(tx, stored.id, status, now);
  return { ...requested, status, pausedUntil, confirmedAt: now };
}

/** The consent that confirming the e-mail gives: that of the sign-up, or that of the goodbye's
 *  link. */
function describeConsent({ requestedAt, signUpRequest }: TransactionalEmail, now: Date) {
  if (signUpRequest === null)
    return { givenAt: now, channel: 'email', wording: CONSENT_WORDING.email, network: null };
  const { channel, wording, network } = signUpRequest;
  return { givenAt: requestedAt, channel, wording, network };
}

function isConfirmingKind(kind: TransactionalKind): boolean {
  return CONFIRMING_TRANSACTIONAL_KINDS.some((each) => each === kind);
}
