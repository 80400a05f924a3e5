import type { Db } from '../../db/client.ts';
import { recordConsent } from '../../db/subscribers/consents.ts';
import {
  addSubscriber,
  lockSubscriberByEmail,
  updatePreferences,
} from '../../db/subscribers/subscribers.ts';
import { findSuppression } from '../../db/subscribers/suppressions.ts';
import {
  addTransactionalEmail,
  hasTransactionalEmailSince,
} from '../../db/transactional/transactional-emails.ts';
import { hashSuppressedAddress } from '../../domain/links/tokens.ts';
import type { EmailAddress } from '../../domain/subscribers/email-address.ts';
import type { Preferences, Subscriber } from '../../domain/subscribers/subscriber.ts';
import type { Clock } from '../../domain/time/clock.ts';
import {
  TRANSACTIONAL_LINK_LIFETIME_MS,
  TRANSACTIONAL_MIN_INTERVAL_MS,
  type TransactionalKind,
} from '../../domain/transactional/transactional-email.ts';
import type { Queue } from '../../queue/queue.ts';

export interface SignUpRequest {
  address: EmailAddress;
  preferences: Preferences;
  /** The day of the first digest when it is not to be the next one. */
  pausedUntil?: string | null;
  /** What the reader was told on signing up, for the record of consent. */
  wording: string;
  channel: 'form' | 'api';
  /** Network that the request came from, for the same record. */
  network: string | null;
}

export interface SignUpDeps {
  db: Db;
  queue: Queue;
  clock: Clock;
  suppressionKey: string;
}

/**
 * Takes a sign-up: writes down the wish and a letter to confirm it. The caller learns nothing about
 * the address: known, unknown and suppressed ones look alike. At most one letter per hour and
 * address; a suppressed address gets none, unless all that happened is that its reader once asked
 * to be erased.
 */
export async function signUp(
  { db, queue, clock, suppressionKey }: SignUpDeps,
  request: SignUpRequest,
): Promise<void> {
  const now = clock();
  const emailId = await db.transaction(async (tx) => {
    const suppression = await findSuppression(
      tx,
      hashSuppressedAddress(request.address.key, suppressionKey),
    );
    if (suppression !== null && suppression !== 'erased') return null;
    const subscriber = await findOrAdd(tx, request, now);
    const isSubscribed = subscriber.status === 'active' || subscriber.status === 'paused';
    if (!isSubscribed) {
      const { preferences, pausedUntil = null } = request;
      await updatePreferences(tx, subscriber.id, { ...preferences, pausedUntil }, now);
      await recordConsent(tx, subscriber.id, {
        givenAt: now,
        channel: request.channel,
        wording: request.wording,
        network: request.network,
      });
    }
    return addTransactionalEmailOncePerHour(
      tx,
      subscriber.id,
      isSubscribed ? 'preferences' : 'confirm',
      now,
    );
  });
  // A lost ring is rung again by the sweep, so a queue that is down must not fail the sign-up.
  if (emailId !== null)
    await queue
      .enqueue('transactional-email', { emailId }, `transactional-email-${emailId}`)
      .catch(() => undefined);
}

async function findOrAdd(
  tx: Db,
  { address, preferences, pausedUntil = null }: SignUpRequest,
  now: Date,
): Promise<Subscriber> {
  const known =
    (await lockSubscriberByEmail(tx, address.key)) ??
    (await addSubscriber(tx, address, { ...preferences, pausedUntil }, now)) ??
    (await lockSubscriberByEmail(tx, address.key));
  if (!known) throw new Error('A subscriber was erased while signing up again; try once more.');
  return known;
}

async function addTransactionalEmailOncePerHour(
  tx: Db,
  subscriberId: number,
  kind: TransactionalKind,
  now: Date,
): Promise<number | null> {
  const since = new Date(now.getTime() - TRANSACTIONAL_MIN_INTERVAL_MS);
  if (await hasTransactionalEmailSince(tx, { subscriberId, kind, since })) return null;
  const expiresAt = new Date(now.getTime() + TRANSACTIONAL_LINK_LIFETIME_MS[kind]);
  return addTransactionalEmail(tx, { subscriberId, kind, requestedAt: now, expiresAt });
}
