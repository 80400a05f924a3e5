import { sql } from 'drizzle-orm';
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { listDueBatches, sendBatchesNow } from '../../../src/db/deliveries/batches.ts';
import { countDeliveries } from '../../../src/db/deliveries/count-deliveries.ts';
import { claimBatch } from '../../../src/db/deliveries/transitions/claim.ts';
import { endLeases } from '../../../src/db/deliveries/transitions/end-leases.ts';
import { resetToPending } from '../../../src/db/deliveries/transitions/resend.ts';
import { markDigestPaused, markDigestResumed } from '../../../src/db/digests/digests.ts';
import type { DigestSenderDeps } from '../../../src/services/deliveries/digest-sender.ts';
import { startLeaseHeartbeat } from '../../../src/services/deliveries/lease.ts';
import { createSendSuspension } from '../../../src/services/deliveries/send-suspension.ts';
import { FRIDAY } from '../../support/clock.ts';
import { createRecordingQueue } from '../../support/recording-queue.ts';
import { buildSubscribers, MAX_IN_FLIGHT, useSendingFixture } from './sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, composeFor, database, deliver, deliverOne, deps, lease, rows, statesOf } = fixture;

describe('An expired lease', () => {
  const end = (id: number) => endLeases(database.db, { id }, clock());

  it('An expired lease claims nothing', async () => {
    const { digestId } = await composeFor(buildSubscribers(2));
    const leaseId = await lease();
    await end(leaseId);
    const result = await deliver(deps(), { digestId, leaseId });
    expect(result).toEqual({ claimed: 0, sent: 0 });
    expect(await rows(digestId)).toMatchObject([
      { state: 'pending', lease: null },
      { state: 'pending', lease: null },
    ]);
  });

  it('After the end of its lease a worker records the answers that still come, and sends no more', async () => {
    const { digestId } = await composeFor(buildSubscribers(2 * MAX_IN_FLIGHT + 1));
    const leaseId = await lease();
    let ending: Promise<unknown> | undefined;
    fixture.sink.beforeReply(async () => {
      ending ??= end(leaseId);
      await ending;
    });
    await deliver(deps(), { digestId, leaseId });
    // As many as there were connections for when the first of them was answered.
    const begun = fixture.sink.accepted.length;
    expect(begun).toBeGreaterThan(0);
    expect(begun).toBeLessThanOrEqual(MAX_IN_FLIGHT);
    const states = await statesOf(digestId);
    expect(states.filter((state) => state === 'sent')).toHaveLength(begun);
    expect(states.filter((state) => state === 'pending')).toHaveLength(
      2 * MAX_IN_FLIGHT + 1 - begun,
    );
  });

  it('A mail that a lost lease cancels is due at once, for whoever has a lease', async () => {
    const { digestId } = await composeFor(buildSubscribers(MAX_IN_FLIGHT));
    const leaseId = await lease();
    let isHeld = true;
    fixture.sink.respondWith(() => {
      isHeld = false;
      return 'accept';
    });
    const worker = deps();
    const isLost = { isHeld: () => isHeld, isAlive: () => isHeld };
    await deliver(deps({ lease: { ...worker.lease, current: async () => leaseId, ...isLost } }), {
      ...{ digestId, leaseId },
    });
    expect(fixture.sink.received).toEqual([]);
    expect(await rows(digestId)).toMatchObject(
      Array(MAX_IN_FLIGHT).fill({
        ...{ state: 'pending', lease: null, nextAt: clock(), relay: null, reply: null },
        detail: null,
      }),
    );
    fixture.sink.respondWith(() => 'accept');
    await deliver(worker, { digestId, leaseId });
    expect(fixture.sink.accepted).toHaveLength(MAX_IN_FLIGHT);
    expect(fixture.alerts).toEqual([]);
  });

  it('A lease that expires before the first message sends none', async () => {
    const { digestId } = await composeFor(buildSubscribers(2));
    const leaseId = await lease();
    const { digestContexts } = deps();
    await deliver(
      deps({
        digestContexts: async (id) => {
          const context = await digestContexts(id);
          if (!context) return null;
          return {
            ...context,
            createSelectorFor: async (...args) => {
              await end(leaseId);
              return context.createSelectorFor(...args);
            },
          };
        },
      }),
      { digestId, leaseId },
    );
    expect(fixture.sink.mailCommands).toBe(0);
    expect(await rows(digestId)).toMatchObject([
      { state: 'pending', selection: null },
      { state: 'pending', selection: null },
    ]);
  });
});

describe('A batch that fails', () => {
  it('A mail that the installation cannot compose is deferred, not failed', async () => {
    const { digestId } = await composeFor(buildSubscribers(2));
    const signer = { sign: () => Promise.reject(new Error('The key is gone.')) };
    await deliver(deps({ signer }), { digestId, leaseId: await lease() });
    expect(await rows(digestId)).toMatchObject(
      Array(2).fill({ state: 'deferred', detail: 'The key is gone.', lease: null }),
    );
    expect(fixture.sink.mailCommands).toBe(0);
  });

  it('A batch continues after a mail whose address is invalid', async () => {
    const { digestId } = await composeFor([{ email: 'no address' }, { email: 'a@example.org' }]);
    const result = await deliver(deps(), { digestId, leaseId: await lease() });
    expect(result).toEqual({ claimed: 2, sent: 1 });
    expect(await rows(digestId)).toMatchObject([
      { state: 'failed', lease: null, detail: expect.stringContaining('address') },
      { state: 'sent' },
    ]);
  });

  it('A batch is released whole when papers cannot be selected', async () => {
    const { digestId } = await composeFor(buildSubscribers(2));
    const { digestContexts } = deps();
    const broken = deps({
      digestContexts: async (id) => {
        const context = await digestContexts(id);
        return (
          context && { ...context, createSelectorFor: () => Promise.reject(new Error('Too bad.')) }
        );
      },
    });
    const leaseId = await lease();
    await expect(deliver(broken, { digestId, leaseId })).rejects.toThrow('Too bad.');
    expect(await rows(digestId)).toMatchObject([
      { state: 'pending', lease: null },
      { state: 'pending', lease: null },
    ]);
    expect(await deliver(deps(), { digestId, leaseId })).toMatchObject({ sent: 2 });
  });

  it('A subscriber for whom papers cannot be selected holds nobody else back', async () => {
    const { digestId, ids } = await composeFor(buildSubscribers(3));
    const { digestContexts } = deps();
    const broken = deps({
      digestContexts: async (id) => {
        const context = await digestContexts(id);
        if (!context) return null;
        return {
          ...context,
          createSelectorFor: async (...args) => {
            const select = await context.createSelectorFor(...args);
            return (subscriber) => {
              if (subscriber.id === ids[1]) throw new Error('The profile is damaged.');
              return select(subscriber);
            };
          },
        };
      },
    });
    expect(await deliver(broken, { digestId, leaseId: await lease() })).toMatchObject({ sent: 2 });
    expect(await rows(digestId)).toMatchObject([
      { state: 'sent' },
      { state: 'pending', lease: null, nextAt: new Date('2026-05-08T07:15:00Z') },
      { state: 'sent' },
    ]);
  });

  it('A stored selection that cannot be read is made again and holds nobody back', async () => {
    const { digestId, ids } = await composeFor(buildSubscribers(3));
    await database.db.execute(
      sql`UPDATE deliveries SET selection = '{"damaged' WHERE subscriber_id = ${ids[1]}`,
    );
    expect(await deliver(deps(), { digestId, leaseId: await lease() })).toMatchObject({ sent: 3 });
    expect((await rows(digestId))[1]?.selection).not.toEqual([]);
  });

  it('A sweep releases what is held under a lease that was deleted', async () => {
    const { digestId } = await composeFor(buildSubscribers(2));
    const [batch] = await listDueBatches(database.db, clock());
    const leaseId = await lease();
    const claim = { digestId, batch: batch?.batch ?? 0, leaseId, now: clock() };
    expect(await claimBatch(database.db, claim)).toHaveLength(2);
    await database.db.execute(sql`DELETE FROM leases WHERE id = ${leaseId}`);
    const released = await endLeases(database.db, { expired: true }, clock());
    expect(released).toMatchObject({ pending: 2, unknown: 0 });
    expect(released.remainingBatches).toHaveLength(1);
  });

  /** The same object, but each call of `method` goes through `call`. */
  function intercept<Target extends object>(
    target: Target,
    method: keyof Target,
    call: (original: () => Promise<unknown>) => Promise<unknown>,
  ): Target {
    return new Proxy(target, {
      get: (_target, name) => {
        const value = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name !== method) return value.bind(target);
        return (...values: unknown[]) => call(() => value.apply(target, values));
      },
    });
  }

  const lost = () => Object.assign(new Error('The connection is gone.'), { code: '57P01' });

  it.each([
    ['before', 1],
    ['before', 2],
    ['before', 3],
    ['after', 1],
    ['after', 2],
    ['after', 3],
  ] as const)(
    'When the database fails %s commit %i, every mail is sent and none twice',
    async (when, failing) => {
      const { digestId } = await composeFor(buildSubscribers(2 * MAX_IN_FLIGHT + 1));
      let commits = 0;
      const pool = intercept(database.database.pool, 'query', async (query) => {
        commits += 1;
        if (commits === failing && when === 'before') throw lost();
        const recorded = await query();
        if (commits === failing) throw lost();
        return recorded;
      });
      const worker = deps({ pool });
      const result = await deliver(worker, { digestId, leaseId: await lease() });
      expect(commits).toBeGreaterThan(failing);
      expect(result).toEqual({ claimed: 2 * MAX_IN_FLIGHT + 1, sent: 2 * MAX_IN_FLIGHT + 1 });
      expect(new Set(await statesOf(digestId))).toEqual(new Set(['sent']));
      expect(await rows(digestId)).toMatchObject(Array(7).fill({ attempts: 1 }));
      expect(new Set(fixture.sink.accepted.map(({ to }) => to)).size).toBe(2 * MAX_IN_FLIGHT + 1);
      expect(fixture.sink.accepted).toHaveLength(2 * MAX_IN_FLIGHT + 1);
    },
  );

  it('A digest that is paused when the answer to a commit is lost keeps nothing in sending', async () => {
    const { digestId } = await composeFor(buildSubscribers(2 * MAX_IN_FLIGHT + 1));
    let commits = 0;
    const pool = intercept(database.database.pool, 'query', async (query) => {
      commits += 1;
      const isFirst = commits === 1;
      const recorded = await query();
      if (!isFirst) return recorded;
      await markDigestPaused(database.db, digestId, 'Wait.', clock());
      throw lost();
    });
    const leaseId = await lease();
    await deliver(deps({ pool }), { digestId, leaseId });
    expect(fixture.sink.mailCommands).toBe(0);
    expect(new Set(await statesOf(digestId))).toEqual(new Set(['pending']));
    expect((await rows(digestId)).map((row) => row.lease)).toEqual(Array(7).fill(null));
    expect(fixture.droppedResults).toBe(0);
    await markDigestResumed(database.db, digestId);
    expect(await deliver(deps(), { digestId, leaseId: await lease('other') })).toMatchObject({
      sent: 2 * MAX_IN_FLIGHT + 1,
    });
    expect(fixture.sink.accepted).toHaveLength(2 * MAX_IN_FLIGHT + 1);
  });

  it.each([1, 2, 3])(
    'When the answer to statement %i is lost, every mail is still sent',
    async (failing) => {
      const { digestId } = await composeFor(buildSubscribers(MAX_IN_FLIGHT + 1));
      let statements = 0;
      const db = intercept(database.db, 'execute', async (execute) => {
        statements += 1;
        const mine = statements;
        const answer = await execute();
        if (mine === failing) throw lost();
        return answer;
      });
      const leaseId = await lease();
      await deliver(deps({ db }), { digestId, leaseId }).catch(() => undefined);
      await deliver(deps(), { digestId, leaseId });
      expect(new Set(await statesOf(digestId))).toEqual(new Set(['sent']));
      expect(fixture.sink.accepted).toHaveLength(MAX_IN_FLIGHT + 1);
    },
  );

  it('An answer that comes after the end of the lease replaces “unknown”', async () => {
    const { digestId } = await composeFor(buildSubscribers(1));
    const leaseId = await lease();
    fixture.sink.beforeReply(async () => {
      await endLeases(database.db, { id: leaseId }, clock());
      expect(await statesOf(digestId)).toEqual(['unknown']);
    });
    await deliver(deps(), { digestId, leaseId });
    expect(fixture).toMatchObject({ lateResults: 1, droppedResults: 0 });
    expect(await rows(digestId)).toMatchObject([
      { state: 'sent', detail: null, reply: expect.stringContaining('250') },
    ]);
    const { states } = await countDeliveries(database.db, digestId, clock());
    expect(states).toMatchObject({ sent: 1, unknown: 0 });
  });

  it('A mail whose cancellation is recorded after its lease has ended is due at once', async () => {
    const { digestId } = await composeFor(buildSubscribers(1));
    const leaseId = await lease();
    let isHeld = true;
    fixture.sink.respondWith(() => {
      isHeld = false;
      return 'accept';
    });
    const pool = intercept(database.database.pool, 'query', async (query) => {
      if (!isHeld) await endLeases(database.db, { id: leaseId }, clock());
      return query();
    });
    const { lease: held } = deps();
    await deliver(
      deps({ pool, lease: { ...held, current: async () => leaseId, isAlive: () => isHeld } }),
      { digestId, leaseId },
    );
    expect(fixture.sink.received).toEqual([]);
    expect(fixture.lateResults).toBe(1);
    expect(await rows(digestId)).toMatchObject([{ state: 'deferred', nextAt: clock() }]);
  });

  it('An answer to a delivery that was resent meanwhile is dropped', async () => {
    const { digestId } = await composeFor(buildSubscribers(1));
    const leaseId = await lease();
    const expiresAt = new Date('2026-05-09T07:00:00Z');
    fixture.sink.beforeReply(async () => {
      await endLeases(database.db, { id: leaseId }, clock());
      const unknown = { state: 'unknown' } as const;
      await resetToPending(database.db, digestId, unknown, { now: clock(), expiresAt });
    });
    await deliver(deps(), { digestId, leaseId });
    expect(fixture).toMatchObject({ lateResults: 0, droppedResults: 1 });
    expect(await rows(digestId)).toMatchObject([{ state: 'pending', attempts: 1 }]);
  });
});

describe('A job while no relay is available', () => {
  it('A job is held until a relay is available', async () => {
    const { digestId } = await composeFor(buildSubscribers(1));
    let polls = 0;
    const worker = deps({
      relay: { ...fixture.relay, isAvailable: () => polls === 3 },
      sleep: async () => {
        polls += 1;
      },
    });
    const { ended } = await deliverOne(worker, { digestId, batch: 0, leaseId: await lease() });
    expect(await ended).toMatchObject({ claimed: 1, sent: 1 });
    expect(polls).toBe(3);
  });

  it('A job that waited for a relay uses the lease that the worker has by then', async () => {
    const { digestId } = await composeFor(buildSubscribers(1));
    const [lost, current] = [await lease('before'), await lease('after')];
    await endLeases(database.db, { id: lost }, clock());
    let isUp = false;
    const worker = deps({
      relay: { ...fixture.relay, isAvailable: () => isUp },
      sleep: async () => {
        worker.useLease(current);
        isUp = true;
      },
    });
    const { ended } = await deliverOne(worker, { digestId, batch: 0, leaseId: lost });
    expect(await ended).toMatchObject({ claimed: 1, sent: 1 });
  });

  it('A job that waits for a relay ends when the process stops', async () => {
    const { digestId } = await composeFor(buildSubscribers(1));
    const worker = deps({
      relay: { ...fixture.relay, isAvailable: () => false },
      sleep: async () => fixture.stopping.abort(),
    });
    const { ended } = await deliverOne(worker, { digestId, batch: 0, leaseId: await lease() });
    expect(await ended).toMatchObject({ claimed: 0 });
    expect(await statesOf(digestId)).toEqual(['pending']);
  });
});

describe('A throttled domain', () => {
  it('Mails to a throttled domain stay pending until its back-off ends', async () => {
    const { digestId } = await composeFor(buildSubscribers(MAX_IN_FLIGHT + 2));
    fixture.sink.respondWith(() => ({ at: 'rcpt', reply: '450 4.7.1 Slow down' }));
    const worker = deps();
    const { ended } = await deliverOne(worker, { digestId, batch: 0, leaseId: await lease() });
    const { remaining } = await ended;
    expect(remaining).toMatchObject({ digestId, batch: 0, claims: 1 });
    expect(remaining?.dueAt).toEqual(new Date(clock().getTime() + 2000));
    const states = await statesOf(digestId);
    // As many as there were connections for when the first of them was answered.
    const deferred = states.filter((state) => state === 'deferred').length;
    expect(deferred).toBeGreaterThan(0);
    expect(deferred).toBeLessThanOrEqual(MAX_IN_FLIGHT);
    expect(states.filter((state) => state === 'pending')).toHaveLength(
      MAX_IN_FLIGHT + 2 - deferred,
    );
  });

  it('Mails of an immediate batch wait for the end of the back-off too', async () => {
    clock.set('2026-05-08T06:00:00Z');
    const { digestId } = await composeFor(buildSubscribers(MAX_IN_FLIGHT + 2));
    await sendBatchesNow(database.db, digestId, clock());
    fixture.sink.respondWith(() => ({ at: 'rcpt', reply: '450 4.7.1 Slow down' }));
    const leaseId = await lease();
    const { ended } = await deliverOne(deps(), { digestId, batch: 0, leaseId });
    const { remaining } = await ended;
    expect(remaining?.dueAt).toEqual(new Date(clock().getTime() + 2000));
    expect(await listDueBatches(database.db, clock())).toEqual([]);
    const states = await statesOf(digestId);
    const waiting = states.filter((state) => state === 'pending').length;
    expect(waiting).toBeGreaterThanOrEqual(2);
    fixture.sink.respondWith(() => 'accept');
    clock.advance(2000);
    expect(await deliver(deps(), { digestId, leaseId })).toEqual({
      claimed: waiting,
      sent: waiting,
    });
  });
});

describe('A database that refuses what a worker records', () => {
  /** A pool of a role that may not store results any more. */
  const withoutRights = (pool: pg.Pool) => ({
    query: (query: pg.QueryConfig) => {
      const isResult = query.name?.startsWith('record-') && query.values?.[1] !== '{}';
      if (!isResult) return pool.query(query);
      const error = new Error('permission denied for table deliveries_1');
      return Promise.reject(Object.assign(error, { code: '42501' }));
    },
  });

  async function startBadWorker(changes: Partial<DigestSenderDeps>) {
    const { db, alerts, log } = deps();
    const suspension = createSendSuspension({ alerts, log }, 'host:1');
    const heartbeat = await startLeaseHeartbeat(
      { db, clock, log, alerts, queue: createRecordingQueue(), elapsedMs: () => performance.now() },
      'host:1',
    );
    const worker = deps({ suspension, lease: heartbeat, ...changes });
    const close = async () => {
      suspension.close();
      await heartbeat.end();
    };
    return { ...worker, suspension, close };
  }

  it('A worker that cannot record gives back what it has not begun, and others send it', async () => {
    const { digestId } = await composeFor(buildSubscribers(2 * MAX_IN_FLIGHT + 1));
    const pool = withoutRights(database.database.pool) as unknown as pg.Pool;
    const bad = await startBadWorker({ pool });
    await expect((await bad.deliverBatch({ digestId, batch: 0 })).ended).rejects.toThrow(
      'permission denied',
    );
    const states = await statesOf(digestId);
    // As many as there were connections for when the first result was refused.
    const unknown = states.filter((state) => state === 'unknown').length;
    expect(unknown).toBeGreaterThan(0);
    expect(unknown).toBeLessThanOrEqual(MAX_IN_FLIGHT);
    const pending = 2 * MAX_IN_FLIGHT + 1 - unknown;
    expect(states.filter((state) => state === 'pending')).toHaveLength(pending);
    expect(fixture.alerts).toEqual([
      expect.stringContaining('permission denied for table deliveries_1 (SQLSTATE 42501)'),
    ]);
    expect(bad.suspension.isSuspended()).toBe(true);
    await (await bad.deliverBatch({ digestId, batch: 0 })).ended;
    expect(await statesOf(digestId)).toContain('pending');

    const other = deps();
    const result = await deliver(other, { digestId, leaseId: await lease() });
    expect(result).toMatchObject({ sent: pending });
    const recipients = fixture.sink.accepted.map(({ to }) => to);
    expect(new Set(recipients).size).toBe(recipients.length);
    expect(recipients.length).toBeGreaterThan(pending);
    await bad.close();
  });

  it('A worker drops the results of a digest that a failover lost, and sends the next one', async () => {
    const { digestId } = await composeFor(buildSubscribers(2 * MAX_IN_FLIGHT + 1));
    const { db } = database;
    const worker = await startBadWorker({});
    let losing: Promise<unknown> | undefined;
    const lose = () =>
      db.transaction(async (tx) => {
        await tx.execute(sql.raw(`DROP TABLE deliveries_${digestId}`));
        await tx.execute(sql`DELETE FROM batches WHERE digest_id = ${digestId}`);
        await tx.execute(sql`DELETE FROM digest_papers WHERE digest_id = ${digestId}`);
        await tx.execute(sql`DELETE FROM digests WHERE id = ${digestId}`);
      });
    fixture.sink.beforeReply(async () => {
      losing ??= lose();
      await losing;
    });
    await (await worker.deliverBatch({ digestId, batch: 0 })).ended;
    expect(worker.suspension.isSuspended()).toBe(false);
    expect(fixture.alerts[0]).toContain('had not received this digest');
    for (let time = 1; time <= 6; time += 1)
      await (await worker.deliverBatch({ digestId, batch: 0 })).ended;
    expect(worker.suspension.isSuspended()).toBe(false);
    fixture.sink.beforeReply(async () => undefined);
    const next = await fixture.compose('daily', FRIDAY);
    expect(await (await worker.deliverBatch({ digestId: next, batch: 0 })).ended).toMatchObject({
      sent: 2 * MAX_IN_FLIGHT + 1,
    });
    await worker.close();
  });

  it('A worker whose batches fail one after the other gives up its lease', async () => {
    const { digestId } = await composeFor(buildSubscribers(1));
    const error = Object.assign(new Error('column “x” does not exist'), { code: '42703' });
    const broken = await startBadWorker({
      digestContexts: () => Promise.reject(error),
    });
    for (let time = 1; time <= 5; time += 1) {
      expect(broken.suspension.isSuspended()).toBe(false);
      const { ended } = await broken.deliverBatch({ digestId, batch: 0 }).catch(() => ({
        ended: Promise.resolve(null),
      }));
      await ended.catch(() => undefined);
    }
    expect(broken.suspension.isSuspended()).toBe(true);
    await broken.close();
  });
});
