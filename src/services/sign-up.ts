import type { Db } from '../db/client.ts';
import { recordConsent } from '../db/consents.ts';
import { addLetter, hasLetterSince } from '../db/letters.ts';
import { addSubscriber, lockSubscriberByEmail, updatePreferences } from '../db/subscribers.ts';
import { findSuppression } from '../db/suppressions.ts';
import type { Address } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import { LETTER_INTERVAL_MS, LETTER_LIFETIME_MS, type LetterKind } from '../domain/letter.ts';
import type { Preferences, Subscriber } from '../domain/subscriber.ts';
import { hashSuppressed } from '../domain/tokens.ts';
import type { Queue } from '../queue/queue.ts';

export interface SignUp {
  address: Address;
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
  wish: SignUp,
): Promise<void> {
  const now = clock();
  const letterId = await db.transaction(async (tx) => {
    const suppression = await findSuppression(tx, hashSuppressed(wish.address.key, suppressionKey));
    if (suppression !== null && suppression !== 'erased') return null;
    const subscriber = await findOrAdd(tx, wish, now);
    const isReader = subscriber.status === 'active' || subscriber.status === 'paused';
    if (!isReader) {
      const { preferences, pausedUntil = null } = wish;
      await updatePreferences(tx, subscriber.id, { ...preferences, pausedUntil }, now);
      await recordConsent(tx, subscriber.id, {
        givenAt: now,
        channel: wish.channel,
        wording: wish.wording,
        network: wish.network,
      });
    }
    return addLetterOncePerHour(tx, subscriber.id, isReader ? 'preferences' : 'confirm', now);
  });
  // A lost ring is rung again by the sweep, so a queue that is down must not fail the sign-up.
  if (letterId !== null)
    await queue.ring('letter', { letterId }, `letter-${letterId}`).catch(() => undefined);
}

async function findOrAdd(
  tx: Db,
  { address, preferences, pausedUntil = null }: SignUp,
  now: Date,
): Promise<Subscriber> {
  const known =
    (await lockSubscriberByEmail(tx, address.key)) ??
    (await addSubscriber(tx, address, { ...preferences, pausedUntil }, now)) ??
    (await lockSubscriberByEmail(tx, address.key));
  if (!known) throw new Error('A subscriber was erased while signing up again; try once more.');
  return known;
}

async function addLetterOncePerHour(
  tx: Db,
  subscriberId: number,
  kind: LetterKind,
  now: Date,
): Promise<number | null> {
  const since = new Date(now.getTime() - LETTER_INTERVAL_MS);
  if (await hasLetterSince(tx, { subscriberId, kind, since })) return null;
  const expiresAt = new Date(now.getTime() + LETTER_LIFETIME_MS[kind]);
  return addLetter(tx, { subscriberId, kind, requestedAt: now, expiresAt });
}
