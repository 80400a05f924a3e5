import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { countDeliveries } from '../../src/db/deliveries/count-deliveries.ts';
import { listDigests } from '../../src/db/digests/digests.ts';
import { findSubscriberByEmail } from '../../src/db/subscribers/subscribers.ts';
import { startSchedules } from '../../src/jobs/handlers.ts';
import type { QueueName } from '../../src/queue/jobs.ts';
import type { RunningWorkers } from '../../src/queue/queue.ts';
import { importPapers } from '../../src/services/papers/import-papers.ts';
import { confirmSignUp } from '../../src/services/subscribers/confirm-sign-up.ts';
import { signUp } from '../../src/services/subscribers/sign-up.ts';
import { readSeed } from '../../src/wiring/database.ts';
import { emptyTables } from '../support/database.ts';
import { buildPaper, storePapers, storeSubscriber } from '../support/rows.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
const works: RunningWorkers[] = [];
const errors: Error[] = [];

beforeAll(async () => {
  test = await openTestApp();
});

beforeEach(async () => {
  test.clock.set('2026-05-08T05:30:00Z');
  // Ids are not reset: the app stays open and caches digests by id, and the worker keeps its lease.
  await emptyTables(test.app.database, 'papers, subscribers, suppressions, digests, deliveries');
});

afterEach(async () => {
  for (const work of works.splice(0)) await work.stop();
  // A batch still being recorded would deadlock with the TRUNCATE of the next test.
  await test.app.waitForBatches();
  expect(errors.splice(0)).toEqual([]);
});

afterAll(async () => {
  await test.close();
});

async function work(names: readonly QueueName[]): Promise<void> {
  const { queue, handlers } = test.app;
  const onError = (error: Error) => void errors.push(error);
  works.push(await queue.startWorkers(names, handlers, { concurrency: 2, onError }));
}

function inbox() {
  if (!test.app.inbox) throw new Error('There is no inbox.');
  return test.app.inbox;
}

async function mailTo(address: string, subject: RegExp): Promise<string> {
  const entry = await inbox().waitFor(
    (each) => each.to.includes(address) && subject.test(each.subject),
    { timeoutMs: 60_000 },
  );
  return (await inbox().read(entry.id))?.raw.toString('latin1') ?? '';
}

const digests = () => listDigests(test.app.db, 9);

async function states(digestId = 0): Promise<Record<string, number>> {
  const { app, clock } = test;
  return (await countDeliveries(app.db, digestId, clock())).states;
}

describe('From the sign-up to the digest', () => {
  it('Every mail from the sign-up to the digest is sent through the queue', async () => {
    const { app, clock } = test;
    const { db, queue, handlers, keys } = app;
    await work(['transactional', 'deliveries']);
    await importPapers(db, { text: await readSeed('papers.json'), source: 'seed' }, clock());
    await signUp(
      {
        db,
        queue,
        clock,
        suppressionKey: keys.suppressionKey,
        ownerKeys: null,
        limitSignup: async () => undefined,
      },
      {
        email: 'ada@example.org',
        preferences: { topics: ['ssm'], papers: 5 },
        channel: 'form',
        network: '192.0.2.0/24',
      },
    );
    const email = await mailTo('ada@example.org', /confirm/i);
    const token = /\/confirm\/([\w-]{22})/.exec(email)?.[1] ?? '';
    const deps = { db, queue, clock, suppressionKey: keys.suppressionKey };
    expect(await confirmSignUp(deps, token)).toMatchObject({ kind: 'confirmed' });
    await mailTo('ada@example.org', /^You’re subscribed/);

    await handlers.compose({ kind: 'daily' });
    const [digest] = await digests();
    expect(digest).toMatchObject({ kind: 'daily', date: '2026-05-08', papers: 49, audience: 1 });
    clock.set('2026-05-08T06:59:59Z');
    await handlers.sweep({});
    expect(await states(digest?.id)).toMatchObject({ pending: 1 });

    clock.set('2026-05-08T07:00:00Z');
    await handlers.sweep({});
    const mail = await mailTo('ada@example.org', /, and 4 more$/);
    const subscriber = await findSubscriberByEmail(db, 'ada@example.org');
    const own = app.tokens.seal({
      kind: 'delivery',
      digestId: digest?.id ?? 0,
      subscriberId: subscriber?.id ?? 0,
    });
    expect(mail).toContain(`/unsubscribe/${own}`);
    await works.splice(0)[0]?.stop();
    await app.waitForBatches();
    expect(await states(digest?.id)).toMatchObject({ sent: 1, pending: 0 });
    expect(await inbox().list()).toHaveLength(3);
  });
});

describe('The compose job', () => {
  it('The compose job composes a due digest once', async () => {
    const { app, clock } = test;
    const { handlers, db } = app;
    await storePapers(db, [buildPaper({ usableOn: '2026-05-08' })]);
    await storeSubscriber(db);
    clock.set('2026-05-08T05:29:59Z');
    await handlers.compose({ kind: 'daily' });
    expect((await digests()).map(({ date }) => date)).not.toContain('2026-05-08');
    clock.set('2026-05-08T05:30:00Z');
    await handlers.compose({ kind: 'daily' });
    await handlers.compose({ kind: 'daily' });
    await handlers.compose({ kind: 'weekly' });
    expect((await digests()).filter(({ date }) => date === '2026-05-08')).toHaveLength(1);
  });

  it('A digest composed late is sent at once to subscribers whose hour has passed', async () => {
    const { app, clock } = test;
    const { handlers, db } = app;
    await storePapers(db, [buildPaper({ usableOn: '2026-05-08' })]);
    await storeSubscriber(db, { email: 'late@example.org', hour: 7 });
    clock.set('2026-05-08T09:00:00Z');
    await work(['deliveries']);
    await handlers.compose({ kind: 'daily' });
    expect(await mailTo('late@example.org', /./)).toContain('To: late@example.org');
  });
});

describe('The sweep', () => {
  it('The sweep composes a missed digest for two hours, unless there are no subscribers', async () => {
    const { app, clock } = test;
    const { handlers, db } = app;
    clock.set('2026-05-08T05:31:00Z');
    await handlers.sweep({});
    await storePapers(db, [buildPaper({ usableOn: '2026-05-08' })]);
    await handlers.sweep({});
    expect(await digests()).toEqual([]);
    await storeSubscriber(db, { hour: 20 });
    clock.set('2026-05-08T07:30:01Z');
    await handlers.sweep({});
    expect(await digests()).toEqual([]);
    clock.set('2026-05-08T07:30:00Z');
    await handlers.sweep({});
    expect(await digests()).toMatchObject([{ kind: 'daily', date: '2026-05-08', audience: 1 }]);
  });
});

describe('The schedules', () => {
  it('The sweep sends a composed digest when another one cannot be composed', async () => {
    const { db, handlers } = test.app;
    await storePapers(db, [buildPaper()]);
    await storeSubscriber(db);
    await handlers.compose({ kind: 'daily' });
    const digest = (await listDigests(db, 1))[0];
    await db.execute(sql`UPDATE deliveries SET state = 'deferred', attempts = 1`);
    await storePapers(db, [buildPaper()]);
    await db.execute(
      sql`ALTER TABLE digests ADD CONSTRAINT odd CHECK (date < '2026-05-09') NOT VALID`,
    );
    test.clock.set('2026-05-09T07:10:00Z');
    await expect(handlers.sweep({})).rejects.toThrow();
    await db.execute(sql`ALTER TABLE digests DROP CONSTRAINT odd`);
    const { states } = await countDeliveries(db, digest?.id ?? 0, test.clock());
    expect(states).toMatchObject({ deferred: 0, expired: 1 });
  });

  it('Starting the schedules enqueues composing and a sweep', async () => {
    const { app, clock } = test;
    await storePapers(app.db, [buildPaper({ usableOn: '2026-05-08' })]);
    await storeSubscriber(app.db, { email: 'morning@example.org', hour: 7 });
    clock.set('2026-05-08T07:30:00Z');
    await work(['schedule', 'deliveries']);
    await startSchedules({ ...app, sources: [], composeAt: app.config.composeAt });
    expect(await mailTo('morning@example.org', /./)).toContain('To: morning@example.org');
  });
});
