import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { countDeliveries } from '../../src/db/deliveries/count-deliveries.ts';
import { countLiveWorkers, openLease } from '../../src/db/deliveries/leases.ts';
import { listDigests } from '../../src/db/digests/digests.ts';
import { findSubscriberByEmail } from '../../src/db/subscribers/subscribers.ts';
import { startSchedules } from '../../src/jobs/handlers.ts';
import type { QueueName } from '../../src/queue/jobs.ts';
import type { RunningWorkers } from '../../src/queue/queue.ts';
import { type Lease, startLeaseHeartbeat } from '../../src/services/deliveries/lease.ts';
import type { Log } from '../../src/services/monitoring/log.ts';
import { importPapers } from '../../src/services/papers/import-papers.ts';
import { confirmSignUp } from '../../src/services/subscribers/confirm-sign-up.ts';
import { signUp } from '../../src/services/subscribers/sign-up.ts';
import { readSeed } from '../../src/wiring/database.ts';
import { emptyTables } from '../support/database.ts';
import { createRecordingQueue } from '../support/recording-queue.ts';
import { emptyRedis } from '../support/redis.ts';
import { buildPaper, storePapers, storeSubscriber } from '../support/rows.ts';
import { openTestApp, type TestApp } from '../support/test-app.ts';

let test: TestApp;
const works: RunningWorkers[] = [];
const errors: Error[] = [];

beforeAll(async () => {
  await emptyRedis();
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
  await emptyRedis();
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
    { timeoutMs: 15_000 },
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

describe('The lease of a worker', () => {
  const queue = createRecordingQueue();
  let lease: Lease;
  let elapsed: number;
  let logged: object[];
  const log: Log = (_level, event, facts) => void logged.push({ event, ...facts });

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { db, clock } = test.app;
    elapsed = 0;
    logged = [];
    queue.enqueued = [];
    lease = await startLeaseHeartbeat(
      {
        db,
        clock,
        queue,
        elapsedMs: () => elapsed,
        alerts: test.app.alerts,
        log,
      },
      'host:1',
    );
  });

  afterEach(async () => {
    await lease.end();
    vi.useRealTimers();
    expect(logged).not.toContainEqual(expect.objectContaining({ err: expect.anything() }));
  });

  const secondsLeft = async (id: number) => {
    const { rows } = await test.app.db.execute<{ left: number; instanceId: string }>(sql`
      SELECT instance_id AS "instanceId", extract(epoch FROM expires_at - clock_timestamp())::float8 AS left
      FROM leases WHERE id = ${id}`);
    return rows[0]?.left ?? null;
  };
  const setLeft = (seconds: number) =>
    test.app.db.execute(
      sql`UPDATE leases SET expires_at = clock_timestamp() + make_interval(secs => ${seconds})`,
    );

  it('A lease lasts 45 seconds and is renewed every 5', async () => {
    const id = await lease.current();
    expect(await secondsLeft(id)).toBeGreaterThan(40);
    await setLeft(5);
    vi.advanceTimersByTime(4999);
    expect(await lease.current()).toBe(id);
    expect(await secondsLeft(id)).toBeLessThan(6);
    vi.advanceTimersByTime(1);
    expect(await lease.current()).toBe(id);
    expect(await secondsLeft(id)).toBeGreaterThan(40);
  });

  it('A lease that was ended by another process is replaced by a new one', async () => {
    const id = await lease.current();
    await test.app.db.execute(sql`DELETE FROM leases WHERE id = ${id}`);
    vi.advanceTimersByTime(5000);
    const next = await lease.current();
    expect(next).not.toBe(id);
    expect(await secondsLeft(next)).toBeGreaterThan(40);
  });

  it('A worker counts as alive until its lease ends', async () => {
    const { db } = test.app;
    expect(await countLiveWorkers(db)).toBeGreaterThan(0);
    await setLeft(-1);
    expect(await countLiveWorkers(db)).toBe(0);
    const id = await lease.current();
    await lease.end();
    expect(await secondsLeft(id)).toBeNull();
  });

  it('A lease that ends makes claimed deliveries pending and those being sent unknown', async () => {
    const { db, handlers, clock } = test.app;
    await storePapers(db, [buildPaper({ usableOn: '2026-05-08' })]);
    for (let n = 0; n < 3; n++) await storeSubscriber(db, { hour: 9 });
    await handlers.compose({ kind: 'daily' });
    const id = await lease.current();
    const [digest] = await digests();
    await hold(digest?.id ?? 0, id);
    await lease.end();
    expect(await states(digest?.id)).toMatchObject({ pending: 2, unknown: 1 });
    expect(clock().toISOString()).toBe('2026-05-08T05:30:00.000Z');
  });

  it('Each heartbeat releases the deliveries of dead workers', async () => {
    const { db, handlers } = test.app;
    await storePapers(db, [buildPaper({ usableOn: '2026-05-08' })]);
    for (let n = 0; n < 3; n++) await storeSubscriber(db, { hour: 9 });
    await handlers.compose({ kind: 'daily' });
    const [digest] = await digests();
    await hold(digest?.id ?? 0, await openLease(db, 'gone'));
    vi.advanceTimersByTime(5000);
    await lease.current();
    expect(logged).toEqual([]);
    await db.execute(
      sql`UPDATE leases SET expires_at = clock_timestamp() - interval '1 s', expired_seen_at = 'epoch' WHERE instance_id = 'gone'`,
    );
    vi.advanceTimersByTime(5000);
    await lease.current();
    expect(logged).toEqual([
      { event: 'deliveries of a dead worker released', pending: 2, unknown: 1 },
    ]);
    expect(await states(digest?.id)).toMatchObject({ pending: 2, unknown: 1 });
  });

  describe('A lease that expires while results are being recorded', () => {
    let own: Lease;
    let record: () => void;
    let pass: () => void;
    let isAsked: Promise<void>;
    let digestId: number;

    beforeEach(async () => {
      const { db, clock, handlers } = test.app;
      await storePapers(db, [buildPaper({ usableOn: '2026-05-08' })]);
      for (let n = 0; n < 3; n++) await storeSubscriber(db, { hour: 9 });
      await handlers.compose({ kind: 'daily' });
      digestId = (await digests())[0]?.id ?? 0;
      let ask = () => {};
      isAsked = new Promise((resolve) => {
        ask = resolve;
      });
      own = await startLeaseHeartbeat(
        {
          ...{ db, queue, clock, elapsedMs: () => elapsed, log, alerts: test.app.alerts },
          sleep: () =>
            new Promise<void>((resolve) => {
              pass = resolve;
            }),
        },
        'host:2',
      );
      own.beforeRelease(() => {
        ask();
        return new Promise((resolve) => {
          record = resolve;
        });
      });
      await lease.end();
      await hold(digestId, await own.current());
      await db.execute(
        sql`UPDATE leases SET expires_at = clock_timestamp() - interval '1 s' WHERE instance_id = 'host:2'`,
      );
      vi.advanceTimersByTime(5000);
      await isAsked;
    });

    afterEach(() => own.end());

    it('The release of an expired lease waits for results that are being recorded', async () => {
      expect(await states(digestId)).toMatchObject({ claimed: 2, sending: 1 });
      await test.app.db.execute(
        sql`UPDATE deliveries SET state = 'sent', lease_id = NULL WHERE state = 'sending'`,
      );
      record();
      await own.current();
      expect(await states(digestId)).toMatchObject({ pending: 2, sent: 1, unknown: 0 });
    });

    it('The release of an expired lease waits for results a few seconds only', async () => {
      pass();
      await own.current();
      expect(await states(digestId)).toMatchObject({ pending: 2, unknown: 1 });
    });
  });

  it('A lease is renewed while the queue does not respond', async () => {
    const { db, clock } = test.app;
    const renewing = await startLeaseHeartbeat(
      {
        db,
        clock,
        queue: { enqueueMany: () => new Promise(() => undefined) },
        elapsedMs: () => elapsed,
        alerts: test.app.alerts,
        log,
      },
      'host:2',
    );
    await storePapers(db, [buildPaper({ usableOn: '2026-05-08' })]);
    await storeSubscriber(db, { hour: 9 });
    await test.app.handlers.compose({ kind: 'daily' });
    const [digest] = await digests();
    await hold(digest?.id ?? 0, await openLease(db, 'gone'));
    await db.execute(
      sql`UPDATE leases SET expires_at = clock_timestamp() - interval '1 s', expired_seen_at = 'epoch' WHERE instance_id = 'gone'`,
    );
    await lease.end();
    vi.advanceTimersByTime(5000);
    const id = await renewing.current();
    expect(await states(digest?.id)).toMatchObject({ pending: 1 });
    await setLeft(5);
    vi.advanceTimersByTime(5000);
    expect(await renewing.current()).toBe(id);
    expect(await secondsLeft(id)).toBeGreaterThan(40);
    await renewing.end();
  });

  it('What follows a failover is repeated at each heartbeat until it succeeds', async () => {
    const { db, clock, alerts } = test.app;
    const problems: string[] = [];
    const own = await startLeaseHeartbeat(
      {
        ...{ db, clock, queue, elapsedMs: () => elapsed, alerts },
        log: (_level, _event, { err }: { err?: Error }) => void (err && problems.push(err.message)),
      },
      'host:2',
    );
    let calls = 0;
    own.onFailover(async () => {
      calls += 1;
      if (calls < 3) throw new Error(`failure ${calls}`);
    });
    await lease.end();
    const { rows } = await db.execute<{ definition: string }>(
      sql`SELECT pg_get_functiondef('database_timeline'::regproc) AS definition`,
    );
    try {
      await db.execute(sql`CREATE OR REPLACE FUNCTION database_timeline() RETURNS integer
        LANGUAGE sql STABLE AS 'SELECT 7'`);
      for (let beat = 0; beat < 5; beat += 1) {
        vi.advanceTimersByTime(5000);
        await own.current();
      }
      await own.end();
    } finally {
      await db.execute(sql.raw(rows[0]?.definition ?? ''));
    }
    expect(problems).toEqual(['failure 1', 'failure 2']);
    expect(calls).toBe(3);
  });

  it('A process that was suspended for longer than its lease does not trust it', async () => {
    const id = await lease.current();
    expect(lease.isAlive(id)).toBe(true);
    expect(lease.isAlive(id + 1)).toBe(false);
    elapsed = 44_999;
    expect(lease.isAlive(id)).toBe(true);
    elapsed = 45_000;
    expect(lease.isAlive(id)).toBe(false);
    vi.advanceTimersByTime(5000);
    expect(await lease.current()).toBe(id);
    expect(lease.isAlive(id)).toBe(true);
  });

  it('A process whose machine slept does not trust its lease, although its monotonic clock stood still', async () => {
    const { db, clock, alerts } = test.app;
    let wallMs = 0;
    const own = await startLeaseHeartbeat(
      { ...{ db, clock, queue, alerts, log }, elapsedMs: () => elapsed, wallMs: () => wallMs },
      'host:2',
    );
    const id = await own.current();
    wallMs = 44_999;
    expect(own.isAlive(id)).toBe(true);
    wallMs = 45_000;
    expect(own.isAlive(id)).toBe(false);
    await own.end();
  });

  /** Puts the deliveries under the lease: every third is `sending`, the others are `claimed`. */
  async function hold(digestId: number, leaseId: number): Promise<void> {
    const { db } = test.app;
    await db.execute(
      sql`UPDATE batches SET lease_id = ${leaseId}, states = NULL WHERE digest_id = ${digestId}`,
    );
    await db.execute(sql`
      WITH held AS (
        SELECT subscriber_id, row_number() OVER (ORDER BY subscriber_id) AS place
        FROM deliveries WHERE digest_id = ${digestId}
      )
      UPDATE deliveries SET lease_id = ${leaseId},
        state = CASE WHEN place % 3 = 0 THEN 'sending' ELSE 'claimed' END
      FROM held WHERE deliveries.digest_id = ${digestId}
        AND deliveries.subscriber_id = held.subscriber_id`);
  }
});
