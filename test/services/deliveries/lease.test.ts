import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { countDeliveries } from '../../../src/db/deliveries/count-deliveries.ts';
import { countLiveWorkers, openLease } from '../../../src/db/deliveries/leases.ts';
import { listDigests } from '../../../src/db/digests/digests.ts';
import { type Lease, startLeaseHeartbeat } from '../../../src/services/deliveries/lease.ts';
import type { Log } from '../../../src/services/monitoring/log.ts';
import { emptyTables } from '../../support/database.ts';
import { createRecordingQueue } from '../../support/recording-queue.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { useTestApp } from '../../support/test-app.ts';

/** Its worker never starts: the heartbeats of its own lease would release what these tests hold. */
const test = useTestApp();

beforeEach(async () => {
  test.clock.set('2026-05-08T05:30:00Z');
  const tables = 'papers, subscribers, suppressions, digests, deliveries, leases';
  await emptyTables(test.app.database, tables);
});

const digests = () => listDigests(test.app.db, 9);

async function states(digestId = 0): Promise<Record<string, number>> {
  const { app, clock } = test;
  return (await countDeliveries(app.db, digestId, clock())).states;
}

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

  const afterHeartbeat = <Value>(read: () => Promise<Value>) => {
    vi.advanceTimersByTime(5000);
    return read();
  };

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
    const released = { event: 'deliveries of a dead worker released', pending: 2, unknown: 1 };
    await expect.poll(() => afterHeartbeat(async () => logged)).toEqual([released]);
    expect(await states(digest?.id)).toMatchObject({ pending: 2, unknown: 1 });
  });

  it('A lease is renewed while the release of a dead worker takes long', async () => {
    const { db, clock, alerts } = test.app;
    let isReleasing = false;
    let finish = () => {};
    const release = new Promise<never>((_resolve, reject) => {
      finish = () => reject(new Error('The release was given up.'));
    });
    const problems: unknown[] = [];
    const stuck = new Proxy(db, {
      get: (target, name) => {
        if (name !== 'transaction' || !isReleasing) return Reflect.get(target, name);
        return () => release;
      },
    });
    const renewing = await startLeaseHeartbeat(
      {
        db: stuck,
        clock,
        queue,
        alerts,
        elapsedMs: () => elapsed,
        log: (_level, event) => void problems.push(event),
      },
      'host:2',
    );
    await lease.end();
    isReleasing = true;
    for (let beat = 0; beat < 3; beat += 1) {
      await setLeft(5);
      vi.advanceTimersByTime(5000);
      const id = await renewing.current();
      expect(await secondsLeft(id)).toBeGreaterThan(40);
    }
    isReleasing = false;
    finish();
    await renewing.end();
    expect(problems).toEqual(['lease heartbeat failed']);
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
    const id = await renewing.current();
    await expect.poll(() => afterHeartbeat(() => states(digest?.id))).toMatchObject({ pending: 1 });
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
