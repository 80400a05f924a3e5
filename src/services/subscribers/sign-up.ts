import { isDeepStrictEqual } from 'node:util';
import { CONSENT_WORDING, SIGN_UP_COPY } from '../../copy/en/pages/sign-up.ts';
import type { Db } from '../../db/client.ts';
import { addSubscriber, lockSubscriberByEmail } from '../../db/subscribers/subscribers.ts';
import { findSuppression } from '../../db/subscribers/suppressions.ts';
import {
  addTransactionalEmail,
  findLastConfirmation,
  replaceSignUpRequest,
} from '../../db/transactional/transactional-emails.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { hashSuppressedAddress } from '../../domain/links/tokens.ts';
import { type EmailAddress, normaliseAddress } from '../../domain/subscribers/email-address.ts';
import {
  InvalidPreferencesError,
  type PreferenceProblems,
} from '../../domain/subscribers/preferences.ts';
import type { SignUpRequest } from '../../domain/subscribers/sign-up-request.ts';
import { DEFAULT_PREFERENCES, type Subscriber } from '../../domain/subscribers/subscriber.ts';
import type {
  SubscriberChanges,
  SubscriberInput,
} from '../../domain/subscribers/subscriber-changes.ts';
import type { Clock } from '../../domain/time/clock.ts';
import {
  TRANSACTIONAL_LINK_LIFETIME_MS,
  TRANSACTIONAL_MIN_INTERVAL_MS,
} from '../../domain/transactional/transactional-email.ts';
import type { Queue } from '../../queue/queue.ts';
import {
  enqueueTransactionalEmail,
  requestTransactionalEmail,
} from '../transactional/request-email.ts';
import { validatePreferences } from './validate-preferences.ts';

export interface SignUpDeps {
  db: Db;
  queue: Queue;
  clock: Clock;
  suppressionKey: string;
  /** Keys of the only addresses that may get mail; null: anybody's may. */
  ownerKeys: ReadonlySet<string> | null;
  /** Counts a valid sign-up. Rejects when the network has had its share. */
  limitSignup: (network: string) => Promise<void>;
}

/** A sign-up as it was submitted. */
interface SignUpInput {
  email: string;
  preferences: SubscriberInput;
  channel: SignUpRequest['channel'];
  network: string;
}

/**
 * Takes a sign-up. A subscriber who gets digests is mailed a link to the settings; anybody else is
 * mailed a link to confirm. Nothing that is stored about a known address changes before its owner
 * confirms: the request is stored with its own confirmation e-mail, and that link applies it.
 *
 * An address gets at most one confirmation e-mail an hour. A further request within the hour waits
 * for its e-mail, and the newest one replaces another that waits; a link that was already sent
 * keeps its own request. The caller learns nothing about the address: known, unknown and suppressed
 * ones look alike. A suppressed address is mailed nothing, unless the reason is only that its owner
 * once asked to be erased. Returns the address that was understood.
 * @throws InvalidPreferencesError with every problem, that of the address among them; PaperboyError
 * `SIGN_UP_CLOSED` when the installation is for its owner alone.
 */
export async function signUp(
  { db, queue, clock, suppressionKey, ownerKeys, limitSignup }: SignUpDeps,
  input: SignUpInput,
): Promise<EmailAddress> {
  const now = clock();
  const { address, preferences } = await validateSignUp(db, input, now);
  const { channel, network } = input;
  await limitSignup(network);
  if (ownerKeys !== null && !ownerKeys.has(address.key))
    throw new PaperboyError('SIGN_UP_CLOSED', SIGN_UP_COPY.closed);
  const request = { preferences, channel, wording: CONSENT_WORDING[channel], network };
  const emailId = await db.transaction(async (tx) => {
    const suppression = await findSuppression(
      tx,
      hashSuppressedAddress(address.key, suppressionKey),
    );
    if (suppression !== null && suppression !== 'erased') return null;
    const subscriber = await findOrAdd(tx, address, now);
    return subscriber.status === 'active' || subscriber.status === 'paused'
      ? requestTransactionalEmail(tx, 'preferences', { subscriberId: subscriber.id, now })
      : addConfirmation(tx, subscriber.id, request, now);
  });
  enqueueTransactionalEmail(queue, emailId);
  return address;
}

async function validateSignUp(
  db: Db,
  { email, preferences: input }: SignUpInput,
  now: Date,
): Promise<{ address: EmailAddress; preferences: SubscriberChanges }> {
  const problems: PreferenceProblems = {};
  let address: EmailAddress | undefined;
  try {
    address = normaliseAddress(email);
  } catch (error) {
    if (!(error instanceof PaperboyError)) throw error;
    problems.email = error.message;
  }
  try {
    const preferences = await validatePreferences(db, input, now);
    if (address !== undefined) return { address, preferences };
  } catch (error) {
    if (!(error instanceof InvalidPreferencesError)) throw error;
    Object.assign(problems, error.problems);
  }
  throw new InvalidPreferencesError(problems);
}

async function findOrAdd(tx: Db, address: EmailAddress, now: Date): Promise<Subscriber> {
  const subscriber =
    (await lockSubscriberByEmail(tx, address.key)) ??
    (await addSubscriber(tx, address, { ...DEFAULT_PREFERENCES, pausedUntil: null }, now)) ??
    (await lockSubscriberByEmail(tx, address.key));
  if (!subscriber) {
    throw new Error('The subscriber was erased while signing up again; try once more.');
  }
  return subscriber;
}

/** Returns the id of the e-mail, or null when none is to be sent now. */
async function addConfirmation(
  tx: Db,
  subscriberId: number,
  signUpRequest: SignUpRequest,
  now: Date,
): Promise<number | null> {
  const add = (sendAt: Date) =>
    addTransactionalEmail(tx, {
      subscriberId,
      kind: 'confirm',
      requestedAt: now,
      sendAt,
      expiresAt: new Date(sendAt.getTime() + TRANSACTIONAL_LINK_LIFETIME_MS.confirm),
      signUpRequest,
    });
  const since = new Date(now.getTime() - TRANSACTIONAL_MIN_INTERVAL_MS.confirm);
  const last = await findLastConfirmation(tx, { subscriberId, since });
  if (last === null) return add(now);
  // The same form submitted twice: one e-mail answers both.
  if (isDeepStrictEqual(last.signUpRequest?.preferences, signUpRequest.preferences)) return null;
  const isWaiting = last.sendAt > now;
  if (isWaiting && (await replaceSignUpRequest(tx, last.id, { signUpRequest, requestedAt: now })))
    return null;
  await add(new Date(last.sendAt.getTime() + TRANSACTIONAL_MIN_INTERVAL_MS.confirm));
  return null;
}
