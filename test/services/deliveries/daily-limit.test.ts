import { describe, expect, it } from 'vitest';
import { addTransactionalEmail } from '../../../src/db/transactional/transactional-emails.ts';
import { sendTransactionalEmail } from '../../../src/services/transactional/send-transactional-email.ts';
import { storeManySubscribers, storeSubscriber } from '../../support/rows.ts';
import { buildSubscribers, MINUTE_MS, useSendingFixture } from './sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, composeFor, database, deliver, deps, lease, rows, statesOf } = fixture;

const DAY_MS = 24 * 60 * MINUTE_MS;

describe('The daily limit of messages', () => {
  it('Messages above the limit stay pending until the first message is a day old', async () => {
    // The next digest of these is due on Monday.
    const weekdays = buildSubscribers(5).map((each) => ({
      ...each,
      frequency: 'weekdays' as const,
    }));
    const { digestId } = await composeFor(weekdays);
    const worker = deps({ dailyLimit: 3 });
    const leaseId = await lease();
    expect(await deliver(worker, { digestId, leaseId })).toEqual({ claimed: 5, sent: 3 });
    const waiting = (await rows(digestId)).filter(({ state }) => state === 'pending');
    expect(waiting.map(({ detail }) => detail)).toEqual(
      Array(2).fill('The daily limit of messages is reached.'),
    );
    const sentAt = clock().getTime();
    clock.set(new Date(sentAt + 2 * MINUTE_MS).toISOString());
    await deliver(worker, { digestId, leaseId });
    clock.set(new Date(sentAt + DAY_MS - MINUTE_MS).toISOString());
    await deliver(worker, { digestId, leaseId });
    expect(fixture.sink.accepted).toHaveLength(3);
    clock.set(new Date(sentAt + DAY_MS + 3 * MINUTE_MS).toISOString());
    await deliver(worker, { digestId, leaseId });
    expect(new Set(fixture.sink.accepted.map(({ to }) => to)).size).toBe(5);
    expect(new Set(await statesOf(digestId))).toEqual(new Set(['sent']));
  });

  it('Batches that are prepared at the same time never exceed the limit together', async () => {
    await storeManySubscribers(database.db, { count: 450, papers: 5 });
    const { digestId } = await composeFor([]);
    const worker = deps({ dailyLimit: 220, maxInFlight: 50 });
    const leaseId = await lease();
    await deliver(worker, { digestId, leaseId });
    expect(fixture.sink.accepted.length).toBeGreaterThan(0);
    for (let round = 0; round < 3; round += 1) {
      clock.set(new Date(clock().getTime() + 2 * MINUTE_MS).toISOString());
      await deliver(worker, { digestId, leaseId });
      expect(fixture.sink.accepted.length).toBeLessThanOrEqual(220);
    }
    expect(fixture.sink.accepted).toHaveLength(220);
  });

  it('A limit below the audience lets readers with a late hour have their turn, and is used up', async () => {
    const readers = buildSubscribers(40).map((each, n) => ({ ...each, hour: n < 20 ? 7 : 9 }));
    const { digestId } = await composeFor(readers);
    const worker = deps({ dailyLimit: 20 });
    const leaseId = await lease();
    await deliver(worker, { digestId, leaseId });
    const early = fixture.sink.accepted.length;
    expect(early).toBeGreaterThan(0);
    expect(early).toBeLessThan(20);
    clock.set('2026-05-08T09:00:00Z');
    await deliver(worker, { digestId, leaseId });
    expect(fixture.sink.accepted.length).toBeGreaterThan(early);
    clock.set('2026-05-08T09:01:00Z');
    await deliver(worker, { digestId, leaseId });
    expect(fixture.sink.accepted).toHaveLength(20);
    const waiting = (await rows(digestId)).filter(({ state }) => state === 'pending');
    expect(new Set(waiting.map(({ detail }) => detail))).toEqual(
      new Set(['The daily limit of messages is reached.']),
    );
  });

  it('Transactional e-mails count, and wait for the limit too', async () => {
    const { digestId } = await composeFor(buildSubscribers(1));
    const request = async (email: string) =>
      addTransactionalEmail(database.db, {
        subscriberId: await storeSubscriber(database.db, { email, status: 'pending' }),
        kind: 'confirm',
        requestedAt: clock(),
        expiresAt: new Date(clock().getTime() + 3 * DAY_MS),
      });
    const [first, second] = [await request('ada@example.org'), await request('b@example.org')];
    const worker = deps({ dailyLimit: 1 });
    await sendTransactionalEmail({ ...worker, dailyLimit: 1 }, first);
    await sendTransactionalEmail({ ...worker, dailyLimit: 1 }, second);
    await deliver(worker, { digestId, leaseId: await lease() });
    expect(fixture.sink.accepted.map(({ to }) => to)).toEqual(['ada@example.org']);
    clock.set(new Date(clock().getTime() + DAY_MS + MINUTE_MS).toISOString());
    await sendTransactionalEmail({ ...worker, dailyLimit: 1 }, second);
    expect(fixture.sink.accepted).toHaveLength(2);
  });
});

describe('An installation for its owner alone', () => {
  it('Nobody but the owner gets a digest, however they were added', async () => {
    const { digestId } = await composeFor([{ email: 'ada@example.org' }, { email: 'b@x.org' }]);
    const worker = deps({ ownerKeys: new Set(['ada@example.org']) });
    await deliver(worker, { digestId, leaseId: await lease() });
    expect(fixture.sink.accepted.map(({ to }) => to)).toEqual(['ada@example.org']);
    expect((await rows(digestId)).map(({ state, detail }) => [state, detail])).toEqual([
      ['sent', null],
      ['skipped', 'The address is none of OWNER_EMAIL.'],
    ]);
  });

  it('Nobody but the owner gets a transactional e-mail', async () => {
    const worker = { ...deps(), ownerKeys: new Set(['ada@example.org']) };
    for (const email of ['b@x.org', 'Ada@example.org']) {
      const emailId = await addTransactionalEmail(database.db, {
        subscriberId: await storeSubscriber(database.db, { email, status: 'pending' }),
        kind: 'confirm',
        requestedAt: clock(),
        expiresAt: new Date(clock().getTime() + DAY_MS),
      });
      await sendTransactionalEmail(worker, emailId);
    }
    expect(fixture.sink.accepted.map(({ to }) => to)).toEqual(['Ada@example.org']);
  });
});
