import type { Db } from '../db/client.ts';
import { confirmConsents } from '../db/consents.ts';
import { findLetterByToken, markConfirmationsUsed } from '../db/letters.ts';
import { findSubscriber, lockSubscriber, updateStatus } from '../db/subscribers.ts';
import { liftSuppression } from '../db/suppressions.ts';
import { normaliseAddress } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import { confirmedStatus } from '../domain/pause.ts';
import { dayOf } from '../domain/schedule.ts';
import type { Subscriber } from '../domain/subscriber.ts';
import { hashSuppressed, hashToken } from '../domain/tokens.ts';

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
  const letter = await findLetterByToken(db, hashToken(token));
  if (letter?.kind !== 'confirm') return { kind: 'unknown' };
  const subscriber = await findSubscriber(db, letter.subscriberId);
  if (!subscriber) return { kind: 'unknown' };
  if (letter.usedAt !== null) return { kind: 'confirmed', subscriber };
  if (letter.expiresAt <= clock()) return { kind: 'expired' };
  return { kind: 'open', subscriber };
}

/**
 * Confirms a sign-up: the subscriber is active from now on. A link works once, and all that were
 * mailed before are used with it; used again they tell success and change nothing, so that none can
 * bring back a reader who left since.
 */
export async function confirmSignUp(
  { db, clock, suppressionKey }: { db: Db; clock: Clock; suppressionKey: string },
  token: string,
): Promise<Confirmation> {
  const now = clock();
  return db.transaction(async (tx) => {
    const found = await findConfirmation({ db: tx, clock }, token);
    if (found.kind !== 'open') return found;
    const subscriber = await lockSubscriber(tx, found.subscriber.id);
    const letter = await findLetterByToken(tx, hashToken(token));
    if (!subscriber || !letter) return { kind: 'unknown' };
    if (letter.usedAt !== null) return { kind: 'confirmed', subscriber };
    await markConfirmationsUsed(tx, subscriber.id, now);
    if (subscriber.status === 'active' || subscriber.status === 'paused')
      return { kind: 'confirmed', subscriber };
    const status = confirmedStatus(subscriber.pausedUntil, dayOf(now));
    await updateStatus(tx, subscriber.id, status, now);
    await confirmConsents(tx, subscriber.id, now);
    await liftSuppression(
      tx,
      hashSuppressed(normaliseAddress(subscriber.email).key, suppressionKey),
      'erased',
    );
    return { kind: 'confirmed', subscriber: { ...subscriber, status, confirmedAt: now } };
  });
}
