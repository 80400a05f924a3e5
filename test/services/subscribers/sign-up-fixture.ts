import { sql } from 'drizzle-orm';
import { beforeEach } from 'vitest';
import { findSubscriberByEmail } from '../../../src/db/subscribers/subscribers.ts';
import { suppressAddress } from '../../../src/db/subscribers/suppressions.ts';
import { setTransactionalEmailToken } from '../../../src/db/transactional/transactional-emails.ts';
import { hashSuppressedAddress, hashToken } from '../../../src/domain/links/tokens.ts';
import { normaliseAddress } from '../../../src/domain/subscribers/email-address.ts';
import type { Subscriber, SuppressionReason } from '../../../src/domain/subscribers/subscriber.ts';
import type { SubscriberInput } from '../../../src/domain/subscribers/subscriber-changes.ts';
import type { TransactionalKind } from '../../../src/domain/transactional/transactional-email.ts';
import { signUp } from '../../../src/services/subscribers/sign-up.ts';
import { createTestClock } from '../../support/clock.ts';
import { useDatabase } from '../../support/database.ts';
import { suppressionKey, tokens } from '../../support/keys.ts';
import { createRecordingQueue, type RecordingQueue } from '../../support/recording-queue.ts';

export const TEST_ADDRESS = 'Ada@example.org';
export const HOUR_MS = 3_600_000;

/** The hash under which an address is suppressed. */
export const suppressionHashOf = (email: string) =>
  hashSuppressedAddress(normaliseAddress(email).key, suppressionKey);

/** Signing up, confirming and unsubscribing, for one test file, at 08:00 of the seed day. Each test
 *  has an empty database and a new queue. */
export function useSignUpFixture() {
  const database = useDatabase();
  const clock = createTestClock('2026-05-08T08:00:00Z');
  let queue: RecordingQueue;

  beforeEach(async () => {
    await database.empty();
    clock.set('2026-05-08T08:00:00Z');
    queue = createRecordingQueue();
  });

  const deps = () => ({
    db: database.db,
    queue,
    clock,
    tokens,
    suppressionKey,
    ownerKeys: null,
    limitSignup: async () => undefined,
  });

  async function requestSignUp(
    email = TEST_ADDRESS,
    preferences: SubscriberInput = {},
  ): Promise<void> {
    await signUp(deps(), {
      email,
      preferences,
      channel: 'form',
      network: '192.0.2.0/24',
    });
  }

  async function findAda(): Promise<Subscriber> {
    const subscriber = await findSubscriberByEmail(database.db, 'ada@example.org');
    if (!subscriber) throw new Error('Ada is not stored.');
    return subscriber;
  }

  async function listEmails(): Promise<{ id: number; kind: TransactionalKind }[]> {
    const { rows } = await database.db.execute<{ id: string; kind: TransactionalKind }>(
      sql`SELECT id, kind FROM transactional_emails ORDER BY id`,
    );
    return rows.map(({ id, kind }) => ({ id: Number(id), kind }));
  }

  /** The token in the link of an e-mail, as if it had been sent. */
  async function tokenOf(emailId: number): Promise<string> {
    const token = tokens.sealTransactional(emailId);
    await setTransactionalEmailToken(database.db, emailId, hashToken(token));
    return token;
  }

  /** The token in the link of the newest e-mail. */
  async function lastToken(): Promise<string> {
    const last = (await listEmails()).at(-1);
    if (!last) throw new Error('No e-mail was requested.');
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
    requestSignUp,
    ada: findAda,
    listEmails,
    lastToken,
    suppressAda: (reason: SuppressionReason) =>
      suppressAddress(database.db, {
        emailHash: suppressionHashOf(TEST_ADDRESS),
        reason,
        now: clock(),
      }),
  };
}
