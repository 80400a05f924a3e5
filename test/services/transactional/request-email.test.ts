import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { listConsents } from '../../../src/db/subscribers/consents.ts';
import {
  confirmSignUp,
  findConfirmation,
} from '../../../src/services/subscribers/confirm-sign-up.ts';
import { unsubscribe } from '../../../src/services/subscribers/unsubscribe.ts';
import { tokens } from '../../support/keys.ts';
import { storeSubscriber } from '../../support/rows.ts';
import { HOUR_MS, TEST_ADDRESS, useSignUpFixture } from '../subscribers/sign-up-fixture.ts';

const test = useSignUpFixture();
const { ada, requestSignUp, clock, database, deps, lastToken, listEmails } = test;

describe('requestTransactionalEmail', () => {
  const linkOf = async () => tokens.seal({ kind: 'subscriber', subscriberId: (await ada()).id });
  const kinds = async () => (await listEmails()).map(({ kind }) => kind);

  it('A subscriber who confirms is welcomed once', async () => {
    await requestSignUp();
    const token = await lastToken();
    await confirmSignUp(deps(), token);
    await confirmSignUp(deps(), token);
    expect(await kinds()).toEqual(['confirm', 'welcome']);
    expect(test.queue.enqueued.map(({ name }) => name)).toEqual([
      'transactional-email',
      'transactional-email',
    ]);
  });

  it('A subscriber who leaves gets a goodbye, at most one a day', async () => {
    await storeSubscriber(database.db, { email: TEST_ADDRESS });
    await unsubscribe(deps(), await linkOf());
    await unsubscribe(deps(), await linkOf());
    expect(await kinds()).toEqual(['goodbye']);
    await confirmSignUp(deps(), await lastToken());
    await unsubscribe(deps(), await linkOf());
    expect(await kinds()).toEqual(['goodbye', 'welcome']);
    clock.advance(24 * HOUR_MS);
    await database.db.execute(sql`UPDATE subscribers SET status = 'active'`);
    await unsubscribe(deps(), await linkOf());
    expect(await kinds()).toEqual(['goodbye', 'welcome', 'goodbye']);
  });

  it('An address that never confirmed gets no goodbye', async () => {
    await requestSignUp();
    await unsubscribe(deps(), await linkOf());
    expect((await ada()).status).toBe('unsubscribed');
    expect(await kinds()).toEqual(['confirm']);
  });

  it('A subscriber can leave while the queue is down', async () => {
    await storeSubscriber(database.db, { email: TEST_ADDRESS });
    test.queue.isDown = true;
    await unsubscribe(deps(), await linkOf());
    expect((await ada()).status).toBe('unsubscribed');
    expect(await kinds()).toEqual(['goodbye']);
  });

  it('The link of a goodbye works for 30 days and once, and gives a consent', async () => {
    await storeSubscriber(database.db, { email: TEST_ADDRESS, topics: ['rl'] });
    await unsubscribe(deps(), await linkOf());
    const token = await lastToken();
    clock.advance(30 * 24 * HOUR_MS - 1);
    expect(await findConfirmation(deps(), token)).toMatchObject({ kind: 'open' });
    await confirmSignUp(deps(), token);
    expect(await ada()).toMatchObject({ status: 'active', topics: ['rl'] });
    expect(await listConsents(database.db, (await ada()).id)).toMatchObject([
      { channel: 'email', givenAt: clock(), confirmedAt: clock() },
    ]);
    await unsubscribe(deps(), await linkOf());
    await confirmSignUp(deps(), token);
    expect((await ada()).status).toBe('unsubscribed');
  });
});
