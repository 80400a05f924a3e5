import { sql } from 'drizzle-orm';
import { beforeEach } from 'vitest';
import { setLetterToken } from '../../../src/db/letters.ts';
import { findSubscriberByEmail } from '../../../src/db/subscribers.ts';
import { suppress } from '../../../src/db/suppressions.ts';
import { normaliseAddress } from '../../../src/domain/address.ts';
import type { LetterKind } from '../../../src/domain/letter.ts';
import {
  DEFAULT_PREFERENCES,
  type Preferences,
  type Subscriber,
  type SuppressionReason,
} from '../../../src/domain/subscriber.ts';
import { hashSuppressed, hashToken } from '../../../src/domain/tokens.ts';
import { signUp } from '../../../src/services/sign-up.ts';
import { clockAt } from '../../support/clock.ts';
import { useDatabase } from '../../support/database.ts';
import { type Doorbell, doorbell } from '../../support/doorbell.ts';
import { suppressionKey, tokens } from '../../support/keys.ts';

export const ADA = 'Ada@example.org';
export const HOUR_MS = 3_600_000;

/** Under what an address stands in the list of suppressions. */
export const hashOf = (email: string) =>
  hashSuppressed(normaliseAddress(email).key, suppressionKey);

/**
 * What a reader does with us, from signing up to leaving, for this test file alone, at 08:00 of the seed
 * day. The queue is made anew for each test.
 */
export function useAda() {
  const database = useDatabase();
  const clock = clockAt('2026-05-08T08:00:00Z');
  let queue: Doorbell;

  beforeEach(async () => {
    await database.empty();
    clock.set('2026-05-08T08:00:00Z');
    queue = doorbell();
  });

  const deps = () => ({ db: database.db, queue, clock, tokens, suppressionKey });

  async function askFor(email = ADA, preferences: Partial<Preferences> = {}): Promise<void> {
    await signUp(deps(), {
      address: normaliseAddress(email),
      preferences: { ...DEFAULT_PREFERENCES, ...preferences },
      wording: 'Send me papers.',
      channel: 'form',
      network: '192.0.2.0/24',
    });
  }

  async function ada(): Promise<Subscriber> {
    const subscriber = await findSubscriberByEmail(database.db, 'ada@example.org');
    if (!subscriber) throw new Error('Ada is not there.');
    return subscriber;
  }

  async function letters(): Promise<{ id: number; kind: LetterKind }[]> {
    const { rows } = await database.db.execute<{ id: string; kind: LetterKind }>(
      sql`SELECT id, kind FROM letters ORDER BY id`,
    );
    return rows.map(({ id, kind }) => ({ id: Number(id), kind }));
  }

  /** The token that the letter's link holds once it was mailed. */
  async function tokenOf(letterId: number): Promise<string> {
    const token = tokens.sealLetter(letterId);
    await setLetterToken(database.db, letterId, hashToken(token));
    return token;
  }

  /** The token in the letter that was asked for last. */
  async function lastToken(): Promise<string> {
    const last = (await letters()).at(-1);
    if (!last) throw new Error('No letter was asked for.');
    return tokenOf(last.id);
  }

  return {
    database,
    clock,
    get queue() {
      return queue;
    },
    deps,
    /** Signs up by the form. */
    askFor,
    ada,
    letters,
    lastToken,
    suppressAda: (reason: SuppressionReason) => suppress(database.db, hashOf(ADA), reason, clock()),
  };
}
