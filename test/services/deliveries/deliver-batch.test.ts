import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { DELIVERY_DETAILS } from '../../../src/copy/en/deliveries.ts';
import { updatePreferences } from '../../../src/db/subscribers/subscribers.ts';
import { realTimers, type Timers } from '../../../src/relay/timers.ts';
import { resendDeliveries } from '../../../src/services/deliveries/resend-deliveries.ts';
import { tokens } from '../../support/keys.ts';
import { createRecordingQueue } from '../../support/recording-queue.ts';
import { storeManySubscribers } from '../../support/rows.ts';
import type { TestSmtpServer } from '../../support/smtp-server.ts';
import type { DeliveryRow } from './delivery-rows.ts';
import {
  buildSubscribers,
  MAX_IN_FLIGHT,
  MINUTE_MS,
  useSendingFixture,
} from './sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, composeFor, database, deliver, deliverOne, deps, lease, rows, statesOf } = fixture;

describe('A batch', () => {
  it('A batch sends each subscriber their own mail and records it', async () => {
    const { digestId, ids } = await composeFor(buildSubscribers(8));
    const result = await deliver(deps(), { digestId, leaseId: await lease() });
    expect(result).toEqual({ claimed: 8, sent: 8 });
    expect(fixture.sink.accepted.map(({ to }) => to).sort()).toEqual(
      buildSubscribers(8)
        .map(({ email }) => email)
        .sort(),
    );
    for (const row of await rows(digestId)) {
      expect(row).toMatchObject({
        state: 'sent',
        attempts: 1,
        lease: null,
        relay: `127.0.0.1:${fixture.sink.port}`,
        reply: '250 2.0.0 Taken',
        detail: null,
      });
      const mail = fixture.sink.accepted.find(({ raw }) => raw.includes(row.messageId ?? 'no id'));
      const token = tokens.seal({ kind: 'delivery', digestId, subscriberId: row.id });
      expect(mail?.raw.includes(`/unsubscribe/${token}`)).toBe(true);
    }
    expect(ids).toHaveLength(new Set((await rows(digestId)).map((row) => row.messageId)).size);
  });

  it('A batch is empty when nothing of the digest is due or the digest does not exist', async () => {
    const { digestId } = await composeFor([{ hour: 9 }]);
    const leaseId = await lease();
    const none = { claimed: 0, sent: 0 };
    expect(await deliver(deps(), { digestId, leaseId })).toEqual(none);
    expect(await deliver(deps(), { digestId: 999, leaseId })).toEqual(none);
    clock.set('2026-05-08T09:00:00Z');
    expect(await deliver(deps(), { digestId, leaseId })).toMatchObject({ sent: 1 });
  });

  it('A batch that is enqueued twice is sent once', async () => {
    const { digestId } = await composeFor(buildSubscribers(3));
    const leaseId = await lease();
    await deliver(deps(), { digestId, leaseId });
    await deliver(deps(), { digestId, leaseId });
    expect(fixture.sink.mailCommands).toBe(3);
  });

  it('A batch has no more messages in flight than the window, each committed before it is sent', async () => {
    const { digestId } = await composeFor(buildSubscribers(10));
    const committed: boolean[] = [];
    fixture.sink.beforeReply(async ({ to }) => {
      const { rows: found } = await database.db.execute<{ state: string }>(sql`
        SELECT state FROM deliveries JOIN subscribers ON id = subscriber_id WHERE email = ${to}`);
      committed.push(found[0]?.state === 'sending');
    });
    await deliver(deps(), { digestId, leaseId: await lease() });
    expect(committed).toEqual(Array(10).fill(true));
    expect(fixture.sink.maxConcurrent).toBeLessThanOrEqual(MAX_IN_FLIGHT);
  });
});

describe('The state after an attempt', () => {
  const cases: [string, Parameters<TestSmtpServer['respondWith']>[0], Partial<DeliveryRow>][] = [
    ['a 250', () => 'accept', { state: 'sent', reply: '250 2.0.0 Taken' }],
    [
      'a 451 at RCPT',
      () => ({ at: 'rcpt', reply: '451 4.7.1 Later' }),
      {
        state: 'deferred',
        reply: '451 4.7.1 Later',
        nextAt: new Date('2026-05-08T07:05:00Z'),
      },
    ],
    [
      'a 421 at the final dot',
      () => ({ at: 'data', reply: '421 4.3.2 Bye' }),
      { state: 'deferred' },
    ],
    [
      'a 550 at RCPT',
      () => ({ at: 'rcpt', reply: '550 5.1.1 No such user' }),
      { state: 'failed', reply: '550 5.1.1 No such user' },
    ],
    [
      'a 554 at the final dot',
      () => ({ at: 'data', reply: '554 5.7.1 Spam' }),
      { state: 'failed' },
    ],
    [
      'a connection lost before the final dot',
      () => ({ drop: 'at rcpt' }),
      { state: 'deferred', reply: null, detail: expect.any(String) as never },
    ],
    [
      'a connection lost after the final dot',
      () => ({ drop: 'after the dot' }),
      { state: 'unknown', reply: null, detail: expect.any(String) as never },
    ],
  ];

  it.each(cases)('The state after %s is recorded', async (_what, behave, expected) => {
    const { digestId } = await composeFor(buildSubscribers(1));
    fixture.sink.respondWith(behave);
    await deliver(deps(), { digestId, leaseId: await lease() });
    expect(await rows(digestId)).toMatchObject([{ attempts: 1, lease: null, ...expected }]);
  });

  it('Each delivery of a batch gets the state of its own attempt', async () => {
    const { digestId } = await composeFor(buildSubscribers(4));
    fixture.sink.respondWith((to) => {
      if (to.startsWith('r1')) return { at: 'rcpt', reply: '550 5.1.1 No' };
      if (to.startsWith('r2')) return { drop: 'after the dot' };
      if (to.startsWith('r3')) return { at: 'data', reply: '452 4.2.2 Full' };
      return 'accept';
    });
    const result = await deliver(deps(), { digestId, leaseId: await lease() });
    expect(result).toEqual({ claimed: 4, sent: 1 });
    expect(await statesOf(digestId)).toEqual(['sent', 'failed', 'unknown', 'deferred']);
  });

  it('An unknown delivery is not sent again automatically', async () => {
    const { digestId } = await composeFor(buildSubscribers(1));
    fixture.sink.respondWith(() => ({ drop: 'after the dot' }));
    const leaseId = await lease();
    await deliver(deps(), { digestId, leaseId });
    clock.advance(60 * MINUTE_MS);
    await deliver(deps(), { digestId, leaseId });
    expect(fixture.sink.received).toHaveLength(1);
  });

  it('A reply with any bytes can be recorded', async () => {
    const { digestId } = await composeFor(buildSubscribers(1));
    fixture.sink.respondWith(() => ({
      at: 'rcpt',
      reply: `550 5.1.1 ${'x'.repeat(489)}\u{1f4ee}`,
    }));
    await deliver(deps(), { digestId, leaseId: await lease() });
    expect(await statesOf(digestId)).toEqual(['failed']);
  });
});

describe('A retry', () => {
  it('A retry sends the same bytes, after a delay that grows with each attempt', async () => {
    const { digestId } = await composeFor([{ topics: ['rl'] }]);
    fixture.sink.respondWith(() => ({ at: 'data', reply: '451 4.3.0 Later' }));
    const leaseId = await lease();
    await deliver(deps(), { digestId, leaseId });
    clock.advance(5 * MINUTE_MS - 1);
    expect(await deliver(deps(), { digestId, leaseId })).toEqual({ claimed: 0, sent: 0 });
    clock.advance(1);
    await deliver(deps(), { digestId, leaseId });
    expect(await rows(digestId)).toMatchObject([
      { state: 'deferred', attempts: 2, nextAt: new Date('2026-05-08T07:15:00Z') },
    ]);
    fixture.sink.respondWith(() => 'accept');
    clock.advance(10 * MINUTE_MS);
    await deliver(deps(), { digestId, leaseId });
    expect(await rows(digestId)).toMatchObject([{ state: 'sent', attempts: 3 }]);
    const [first, ...others] = fixture.sink.received.map(({ raw }) => raw.toString('latin1'));
    expect(others).toEqual([first, first]);
  });

  it('What is resent a day later is retried, too, and keeps the number of its attempts', async () => {
    const { digestId, ids } = await composeFor([{}]);
    fixture.sink.respondWith(() => ({ at: 'data', reply: '550 5.7.1 Not now' }));
    await deliver(deps(), { digestId, leaseId: await lease() });
    expect(await statesOf(digestId)).toEqual(['failed']);
    clock.set('2026-05-09T10:00:00Z');
    const keys = ids.map((subscriberId) => ({ digestId, subscriberId }));
    const { db } = database;
    expect(await resendDeliveries({ db, queue: createRecordingQueue(), clock }, { keys })).toBe(1);
    fixture.sink.respondWith(() => ({ at: 'data', reply: '451 4.3.0 Later' }));
    await deliver(deps(), { digestId, leaseId: await lease() });
    expect(await rows(digestId)).toMatchObject([{ state: 'deferred', attempts: 2 }]);
    clock.set('2026-05-10T09:59:00Z');
    await deliver(deps(), { digestId, leaseId: await lease() });
    expect(await rows(digestId)).toMatchObject([
      { state: 'expired', attempts: 3, detail: DELIVERY_DETAILS.expired, reply: '451 4.3.0 Later' },
    ]);
  });

  it('A retry keeps its selection when the subscriber has changed their topics since', async () => {
    const { digestId, ids } = await composeFor([{ topics: ['rl'] }]);
    fixture.sink.respondWith(() => ({ at: 'rcpt', reply: '451 4.3.0 Later' }));
    const leaseId = await lease();
    await deliver(deps(), { digestId, leaseId });
    const [before] = await rows(digestId);
    await updatePreferences(database.db, ids[0] ?? 0, { topics: ['nlp'] }, clock());
    fixture.sink.respondWith(() => 'accept');
    clock.advance(60 * MINUTE_MS);
    await deliver(deps(), { digestId, leaseId });
    const [after] = await rows(digestId);
    expect(after).toMatchObject({ state: 'sent', messageId: before?.messageId });
    expect(after?.selection).toEqual(before?.selection);
  });

  it('A delivery expires when the next digest is due before its retry', async () => {
    const { digestId } = await composeFor(buildSubscribers(1));
    fixture.sink.respondWith(() => ({ at: 'rcpt', reply: '451 4.3.0 Later' }));
    clock.set('2026-05-09T06:58:00Z');
    await deliver(deps(), { digestId, leaseId: await lease() });
    expect(await rows(digestId)).toMatchObject([{ state: 'expired', reply: '451 4.3.0 Later' }]);
  });
});

describe('Two workers', () => {
  it('Two workers never send the same delivery', async () => {
    await storeManySubscribers(database.db, { count: 450, papers: 3 });
    const { digestId } = await composeFor([]);
    const leases = [await lease('one'), await lease('two'), await lease('three')];
    const results = await Promise.all(
      leases.map((leaseId) => deliver(deps(), { digestId, leaseId })),
    );
    expect(results.reduce((sum, { sent }) => sum + sent, 0)).toBe(450);
    expect(fixture.sink.accepted).toHaveLength(450);
    expect(new Set(fixture.sink.accepted.map(({ to }) => to)).size).toBe(450);
    expect(new Set(await statesOf(digestId))).toEqual(new Set(['sent']));
  });
});

describe('Stopping', () => {
  it('A stopping worker finishes the mails in flight and releases the others', async () => {
    const { digestId } = await composeFor(buildSubscribers(2 * MAX_IN_FLIGHT + 2));
    fixture.sink.beforeReply(async () => fixture.stopping.abort());
    const result = await deliver(deps(), { digestId, leaseId: await lease() });
    // The first reply may come before all connections are open.
    expect(result.sent).toBeGreaterThan(0);
    expect(result.sent).toBeLessThanOrEqual(MAX_IN_FLIGHT);
    expect(fixture.sink.accepted).toHaveLength(result.sent);
    const states = await statesOf(digestId);
    expect(states.filter((state) => state === 'sent')).toHaveLength(result.sent);
    expect(states.filter((state) => state === 'pending')).toHaveLength(
      2 * MAX_IN_FLIGHT + 2 - result.sent,
    );
  });

  it('A stopping worker claims no further batch', async () => {
    const { digestId } = await composeFor(buildSubscribers(1));
    fixture.stopping.abort();
    const result = await deliver(deps(), { digestId, leaseId: await lease() });
    expect(result).toEqual({ claimed: 0, sent: 0 });
  });
});

describe('A relay that does not answer', () => {
  it('A relay that does not answer delays only the mails that it has, not the next batches', async () => {
    const { digestId } = await composeFor(buildSubscribers(2));
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    fixture.sink.beforeReply(({ to }) => (to.startsWith('r0') ? answered : Promise.resolve()));
    const batch = { digestId, batch: 0, leaseId: await lease() };
    const { ended } = await deliverOne(deps(), batch);
    expect(await Promise.race([ended, 'not ended yet'])).toBe('not ended yet');
    answer();
    expect(await ended).toMatchObject({ claimed: 2, sent: 2 });
  });

  it('What comes due in a batch before the relay has answered is sent under the same lease', async () => {
    const { digestId } = await composeFor(buildSubscribers(2));
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    fixture.sink.beforeReply(({ to }) => (to.startsWith('r0') ? answered : Promise.resolve()));
    fixture.sink.respondWith((to) =>
      to.startsWith('r1') ? { at: 'rcpt', reply: '451 4.3.0 Later' } : 'accept',
    );
    /** What is to happen after some seconds. */
    const later = new Set<() => void>();
    const after: Timers['after'] = (ms, run) => {
      if (ms < 10_000) return realTimers.after(ms, run);
      later.add(run);
      return () => later.delete(run);
    };
    const worker = deps({ timers: { ...realTimers, after } });
    const { ended } = await deliverOne(worker, { digestId, batch: 0, leaseId: await lease() });
    const states = () => statesOf(digestId);
    await expect.poll(states, { timeout: 30_000 }).toEqual(['sending', 'deferred']);
    clock.advance(10 * MINUTE_MS);
    fixture.sink.respondWith(() => 'accept');
    expect(await deliver(deps(), { digestId, leaseId: await lease('other') })).toEqual({
      ...{ claimed: 0, sent: 0 },
    });
    for (const run of [...later]) run();
    await expect.poll(states, { timeout: 30_000 }).toEqual(['sending', 'sent']);
    answer();
    expect(await ended).toEqual({ claimed: 3, sent: 2, remaining: null });
    expect(fixture.sink.accepted).toHaveLength(2);
  });
});
