import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { CONSENT_WORDING } from '../../../src/copy/en/pages/sign-up.ts';
import { listConsents } from '../../../src/db/subscribers/consents.ts';
import { findSubscriberByEmail } from '../../../src/db/subscribers/subscribers.ts';
import { findSuppression } from '../../../src/db/subscribers/suppressions.ts';
import {
  listDueTransactionalEmails,
  listOpenSignUps,
} from '../../../src/db/transactional/transactional-emails.ts';
import { DEFAULT_PREFERENCES } from '../../../src/domain/subscribers/subscriber.ts';
import { signUp } from '../../../src/services/subscribers/sign-up.ts';
import { storeSubscriber } from '../../support/rows.ts';
import { HOUR_MS, suppressionHashOf, TEST_ADDRESS, useSignUpFixture } from './sign-up-fixture.ts';

const test = useSignUpFixture();
const { ada, clock, database, deps, listEmails, requestSignUp, suppressAda } = test;

const listRequests = async () =>
  (await listOpenSignUps(database.db, (await ada()).id)).map(({ preferences }) => preferences);

const listKinds = async () => (await listEmails()).map(({ kind }) => kind);

const listDue = () => listDueTransactionalEmails(database.db, clock(), 100);

describe('signUp', () => {
  it('A new address is stored as pending, and its request with a confirmation e-mail', async () => {
    await requestSignUp(TEST_ADDRESS, { topics: ['rl'], hour: 6 });
    const subscriber = await ada();
    expect(subscriber).toMatchObject({
      ...DEFAULT_PREFERENCES,
      email: TEST_ADDRESS,
      status: 'pending',
      confirmedAt: null,
    });
    expect(await listOpenSignUps(database.db, subscriber.id)).toEqual([
      {
        requestedAt: clock(),
        preferences: { topics: ['rl'], hour: 6 },
        channel: 'form',
        wording: CONSENT_WORDING.form,
        network: '192.0.2.0/24',
      },
    ]);
    expect(await listConsents(database.db, subscriber.id)).toEqual([]);
    const [email] = await listEmails();
    expect(email?.kind).toBe('confirm');
    expect(test.queue.enqueued).toEqual([
      {
        name: 'transactional-email',
        data: { emailId: email?.id },
        id: `transactional-email-${email?.id}`,
        isFirst: true,
      },
    ]);
  });

  it('A second sign-up keeps its own request, and changes nothing stored for a pending address', async () => {
    await requestSignUp(TEST_ADDRESS, { topics: ['rl'] });
    const before = await ada();
    clock.advance(HOUR_MS);
    await requestSignUp('ADA@EXAMPLE.ORG');
    expect(await ada()).toEqual(before);
    expect(await listRequests()).toEqual([{ topics: ['rl'] }, {}]);
    expect(await listKinds()).toEqual(['confirm', 'confirm']);
  });

  it('A second sign-up within the hour waits for its e-mail until the hour is over', async () => {
    await requestSignUp(TEST_ADDRESS, { papers: 1 });
    const [first] = await listDue();
    clock.advance(HOUR_MS / 2);
    await requestSignUp(TEST_ADDRESS, { papers: 2 });
    clock.advance(HOUR_MS / 2 - 1);
    expect(await listDue()).toEqual([first]);
    clock.advance(1);
    expect(await listDue()).toHaveLength(2);
    expect(await listRequests()).toEqual([{ papers: 1 }, { papers: 2 }]);
    expect(test.queue.enqueued).toHaveLength(1);
  });

  it('A third sign-up within the hour replaces the one that waits, not the one that was sent', async () => {
    await requestSignUp(TEST_ADDRESS, { papers: 1 });
    await requestSignUp(TEST_ADDRESS, { papers: 2 });
    await requestSignUp(TEST_ADDRESS, { papers: 3 });
    expect(await listRequests()).toEqual([{ papers: 1 }, { papers: 3 }]);
  });

  it('Confirmation e-mails that waited keep an hour between them', async () => {
    await requestSignUp(TEST_ADDRESS, { papers: 1 });
    await requestSignUp(TEST_ADDRESS, { papers: 2 });
    clock.advance(1.5 * HOUR_MS);
    await requestSignUp(TEST_ADDRESS, { papers: 3 });
    expect(await listDue()).toHaveLength(2);
    clock.advance(HOUR_MS / 2 - 1);
    expect(await listDue()).toHaveLength(2);
    clock.advance(1);
    expect(await listDue()).toHaveLength(3);
  });

  it('The same request twice within the hour causes one e-mail', async () => {
    await requestSignUp(TEST_ADDRESS, { topics: ['rl'], papers: 3 });
    clock.advance(HOUR_MS - 1);
    await requestSignUp(TEST_ADDRESS, { papers: 3, topics: ['rl'] });
    expect(await listKinds()).toEqual(['confirm']);
  });

  it('A sign-up of an active address changes nothing and mails the link to the settings', async () => {
    await storeSubscriber(database.db, { email: TEST_ADDRESS, hour: 5 });
    const before = await ada();
    await requestSignUp(TEST_ADDRESS, { hour: 9, topics: ['rl'] });
    expect(await ada()).toEqual(before);
    expect(await listKinds()).toEqual(['preferences']);
    expect(await listRequests()).toEqual([]);
    expect(await listConsents(database.db, before.id)).toEqual([]);
  });

  it('A sign-up of an unsubscribed address asks to confirm and changes nothing before that', async () => {
    const stored = { email: TEST_ADDRESS, status: 'unsubscribed', hour: 5 } as const;
    await storeSubscriber(database.db, stored);
    const before = await ada();
    await requestSignUp(TEST_ADDRESS, { hour: 9 });
    expect(await ada()).toEqual(before);
    expect(await listKinds()).toEqual(['confirm']);
    expect(await listRequests()).toEqual([{ hour: 9 }]);
  });

  it.each(['bounce', 'complaint', 'operator'] as const)(
    'A sign-up of an address suppressed for %s does nothing at all',
    async (reason) => {
      await suppressAda(reason);
      await requestSignUp();
      expect(await findSubscriberByEmail(database.db, 'ada@example.org')).toBeNull();
      expect(test.queue.enqueued).toEqual([]);
    },
  );

  it('A sign-up of an erased address is taken like that of a new one', async () => {
    await suppressAda('erased');
    await requestSignUp();
    expect(await listKinds()).toEqual(['confirm']);
    expect(await findSuppression(database.db, suppressionHashOf(TEST_ADDRESS))).toBe('erased');
  });

  it('Three sign-ups at the same moment make one subscriber and one e-mail', async () => {
    await Promise.all([requestSignUp(), requestSignUp(), requestSignUp('ada@example.org')]);
    const { rows } = await database.db.execute(sql`SELECT FROM subscribers`);
    expect(rows).toHaveLength(1);
    expect(await listEmails()).toHaveLength(1);
  });

  it('A sign-up succeeds while the queue is down: the sweep enqueues the e-mail later', async () => {
    test.queue.isDown = true;
    await requestSignUp();
    expect(await listDue()).toHaveLength(1);
  });

  it('A sign-up with several problems reports every one and is not counted', async () => {
    let counted = 0;
    const limitSignup = async () => {
      counted += 1;
    };
    const preferences = { topics: ['cooking'], hour: 24 };
    const input = { email: 'ada@example', preferences, channel: 'api', network: '' } as const;
    await expect(signUp({ ...deps(), limitSignup }, input)).rejects.toMatchObject({
      code: 'INVALID_EMAIL',
      problems: {
        email: expect.stringContaining('lacks the part after the dot'),
        topics: expect.stringContaining('“cooking” is not a topic'),
        hour: expect.stringContaining('“24” is not a valid hour'),
      },
    });
    expect(counted).toBe(0);
  });

  it('Only the owner can sign up where OWNER_EMAIL is set', async () => {
    const closed = { ...deps(), ownerKeys: new Set(['grace@example.org']) };
    const input = { preferences: {}, channel: 'api', network: '' } as const;
    await expect(signUp(closed, { ...input, email: 'ada@example.org' })).rejects.toMatchObject({
      code: 'SIGN_UP_CLOSED',
    });
    expect(await listEmails()).toEqual([]);
    await signUp(closed, { ...input, email: 'Grace@example.org' });
    expect(await listEmails()).toHaveLength(1);
  });

  it('A keyword that cannot be searched for is a problem of the sign-up', async () => {
    await expect(requestSignUp(TEST_ADDRESS, { keywords: ['the'] })).rejects.toMatchObject({
      code: 'INVALID_PREFERENCES',
      problems: { keywords: expect.stringContaining('“the” cannot be searched for') },
    });
  });
});
