import type { DueBatch } from '../db/batches.ts';
import type { Db } from '../db/client.ts';
import { confirmConsents, recordConsent } from '../db/consents.ts';
import { findLetterByToken, markConfirmationsUsed } from '../db/letters.ts';
import { findSubscriber, lockSubscriber, updateStatus } from '../db/subscribers.ts';
import { liftSuppression } from '../db/suppressions.ts';
import { normaliseAddress } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import { CONSENT_WORDING } from '../domain/consent.ts';
import { CONFIRMING_KINDS, type LetterKind } from '../domain/letter.ts';
import { confirmedStatus } from '../domain/pause.ts';
import { dayOf } from '../domain/schedule.ts';
import type { Subscriber } from '../domain/subscriber.ts';
import { hashSuppressed, hashToken } from '../domain/tokens.ts';
import type { Queue } from '../queue/queue.ts';
import { addLatestEdition } from './support/latest-edition.ts';
import { addNotice, ringForLetter } from './support/notices.ts';
import { ringForBatch } from './support/ring-due.ts';

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
  if (!letter || !startsDelivery(letter.kind)) return { kind: 'unknown' };
  const subscriber = await findSubscriber(db, letter.subscriberId);
  if (!subscriber) return { kind: 'unknown' };
  if (letter.usedAt !== null) return { kind: 'confirmed', subscriber };
  if (letter.expiresAt <= clock()) return { kind: 'expired' };
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
interface Rings {
  letterId: number | null;
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
  const rings: Rings = { letterId: null, batch: null };
  const confirmation = await db.transaction(async (tx): Promise<Confirmation> => {
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
    await keepConsent(tx, letter, now);
    await liftSuppression(
      tx,
      hashSuppressed(normaliseAddress(subscriber.email).key, deps.suppressionKey),
      'erased',
    );
    rings.letterId = await addNotice(tx, 'welcome', { subscriberId: subscriber.id, now });
    if (wantsLatest) rings.batch = await addLatestEdition(tx, subscriber, now);
    return { kind: 'confirmed', subscriber: { ...subscriber, status, confirmedAt: now } };
  });
  await ringForLetter(queue, rings.letterId);
  await ringForBatch(queue, rings.batch);
  return confirmation;
}

/** The way back is a consent of its own; a sign-up was recorded when it came. */
async function keepConsent(
  tx: Db,
  { kind, subscriberId }: { kind: LetterKind; subscriberId: number },
  now: Date,
): Promise<void> {
  if (kind === 'goodbye') {
    const consent = { givenAt: now, channel: 'letter', wording: CONSENT_WORDING.letter };
    await recordConsent(tx, subscriberId, { ...consent, network: null });
  }
  await confirmConsents(tx, subscriberId, now);
}

function startsDelivery(kind: LetterKind): boolean {
  return CONFIRMING_KINDS.some((each) => each === kind);
}
