import { afterAll, beforeAll, beforeEach } from 'vitest';
import { findSubscriber } from '../../../src/db/subscribers/subscribers.ts';
import type { Subscriber } from '../../../src/domain/subscribers/subscriber.ts';
import { storeSubscriber } from '../../support/rows.ts';
import { openTestSite, type TestSite } from './site.ts';

/** A subscriber, and the token of the subscriber's links. */
interface TestSubscriber {
  id: number;
  token: string;
}

/** A site for one test file, with a new subscriber for each test. */
export function useSubscriberFixture(): Readonly<TestSubscriber> & {
  readonly site: TestSite;
  readonly email: string;
  add(changes: Partial<Subscriber>): Promise<TestSubscriber>;
  /** The subscriber as stored now. */
  now(): Promise<Subscriber | null>;
} {
  let opened: TestSite | undefined;
  let current: TestSubscriber & { email: string } = { id: 0, token: '', email: '' };
  let count = 0;
  const site = () => {
    if (!opened) throw new Error('The test site is open only while tests run.');
    return opened;
  };
  const add = async (changes: Partial<Subscriber>) => {
    const subscriberId = await storeSubscriber(site().app.db, changes);
    const token = site().app.tokens.seal({ kind: 'subscriber', subscriberId });
    return { id: subscriberId, token };
  };
  beforeAll(async () => {
    opened = await openTestSite();
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    count += 1;
    const email = `subscriber-${count}@example.net`;
    current = { ...(await add({ email })), email };
  });
  return {
    get site() {
      return site();
    },
    get id() {
      return current.id;
    },
    get token() {
      return current.token;
    },
    get email() {
      return current.email;
    },
    add,
    now: () => findSubscriber(site().app.db, current.id),
  };
}
