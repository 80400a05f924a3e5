import { afterAll, beforeAll, beforeEach } from 'vitest';
import { findSubscriber } from '../../../src/db/subscribers.ts';
import type { Subscriber } from '../../../src/domain/subscriber.ts';
import { storeSubscriber } from '../../support/rows.ts';
import { openTestSite, type TestSite } from './site.ts';

/** A reader, and the token of the reader's own links. */
interface TestReader {
  id: number;
  token: string;
}

/** A site for this test file alone, with a reader of its own for each test. */
export function useReader(): Readonly<TestReader> & {
  readonly site: TestSite;
  readonly email: string;
  add(changes: Partial<Subscriber>): Promise<TestReader>;
  /** The reader as stored now. */
  now(): Promise<Subscriber | null>;
} {
  let opened: TestSite | undefined;
  let current: TestReader & { email: string } = { id: 0, token: '', email: '' };
  let count = 0;
  const site = () => {
    if (!opened) throw new Error('The test site is open only while tests run.');
    return opened;
  };
  const add = async (changes: Partial<Subscriber>) => {
    const subscriberId = await storeSubscriber(site().parts.db, changes);
    const token = site().parts.tokens.seal({ digestId: 0, subscriberId });
    return { id: subscriberId, token };
  };
  beforeAll(async () => {
    opened = await openTestSite();
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    count += 1;
    const email = `reader-${count}@example.net`;
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
    now: () => findSubscriber(site().parts.db, current.id),
  };
}
