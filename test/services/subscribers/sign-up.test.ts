import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { listConsents } from '../../../src/db/subscribers/consents.ts';
import { findSubscriberByEmail } from '../../../src/db/subscribers/subscribers.ts';
import { findSuppression } from '../../../src/db/subscribers/suppressions.ts';
import { storeSubscriber } from '../../support/rows.ts';
import { HOUR_MS, suppressionHashOf, TEST_ADDRESS, useSignUpFixture } from './sign-up-fixture.ts';

const test = useSignUpFixture();
const { ada, askFor, clock, database, letters, suppressAda } = test;

describe('Signing up', () => {
  it('stores a pending reader, the consent to be confirmed and a letter, and rings for it', async () => {
    await askFor(TEST_ADDRESS, { topics: ['rl'], hour: 6 });
    expect(await ada()).toMatchObject({
      email: TEST_ADDRESS,
      status: 'pending',
      topics: ['rl'],
      hour: 6,
      confirmedAt: null,
    });
    expect(await listConsents(database.db, (await ada()).id)).toEqual([
      {
        givenAt: clock(),
        confirmedAt: null,
        channel: 'form',
        wording: 'Send me papers.',
        network: '192.0.2.0/24',
      },
    ]);
    const [email] = await letters();
    expect(email?.kind).toBe('confirm');
    expect(test.queue.enqueued).toEqual([
      {
        name: 'transactional-email',
        data: { emailId: email?.id },
        id: `transactional-email-${email?.id}`,
      },
    ]);
  });

  it('again while pending takes the newer wishes, but sends one letter an hour', async () => {
    await askFor();
    clock.advance(HOUR_MS - 1);
    await askFor('ADA@EXAMPLE.ORG', { papers: 3 });
    expect(await ada()).toMatchObject({ status: 'pending', papers: 3 });
    expect(await letters()).toHaveLength(1);
    clock.advance(1);
    await askFor();
    expect((await letters()).map(({ kind }) => kind)).toEqual(['confirm', 'confirm']);
  });

  it('of a known reader changes nothing and mails the way to the preferences', async () => {
    await storeSubscriber(database.db, { email: TEST_ADDRESS, hour: 5 });
    await askFor(TEST_ADDRESS, { hour: 9 });
    expect(await ada()).toMatchObject({ status: 'active', hour: 5 });
    expect((await letters()).map(({ kind }) => kind)).toEqual(['preferences']);
    expect(await listConsents(database.db, (await ada()).id)).toEqual([]);
  });

  it('of a reader who left asks for a new confirmation', async () => {
    await storeSubscriber(database.db, { email: TEST_ADDRESS, status: 'unsubscribed' });
    await askFor();
    expect((await ada()).status).toBe('unsubscribed');
    expect((await letters()).map(({ kind }) => kind)).toEqual(['confirm']);
  });

  it.each(['bounce', 'complaint', 'operator'] as const)(
    'of an address suppressed for %s does nothing at all',
    async (reason) => {
      await suppressAda(reason);
      await askFor();
      expect(await findSubscriberByEmail(database.db, 'ada@example.org')).toBeNull();
      expect(test.queue.enqueued).toEqual([]);
    },
  );

  it('of an erased address is taken like a new one', async () => {
    await suppressAda('erased');
    await askFor();
    expect(await letters()).toHaveLength(1);
    expect(await findSuppression(database.db, suppressionHashOf(TEST_ADDRESS))).toBe('erased');
  });

  it('twice at the same moment makes one reader and one letter', async () => {
    await Promise.all([askFor(), askFor(), askFor('ada@example.org')]);
    const { rows } = await database.db.execute(sql`SELECT FROM subscribers`);
    expect(rows).toHaveLength(1);
    expect(await letters()).toHaveLength(1);
  });

  it('does not fail when the queue is down: the letter waits for the sweep', async () => {
    test.queue.isDown = true;
    await askFor();
    expect(await letters()).toHaveLength(1);
  });
});
