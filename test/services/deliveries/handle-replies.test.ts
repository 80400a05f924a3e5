import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { AttemptResult } from '../../../src/services/deliveries/attempt.ts';
import { createReplyHandler } from '../../../src/services/deliveries/handle-replies.ts';
import { requireDigest } from '../../../src/services/digests/require-digest.ts';
import { FRIDAY } from '../../support/clock.ts';
import { buildSubscribers, useSendingFixture } from './sending-fixture.ts';

const fixture = useSendingFixture();
const { composeFor, database, deliver, deps, lease, statesOf } = fixture;

describe('A digest that cannot be sent', () => {
  it('A digest is paused with an alert after a handful of mails whose dot was not answered', async () => {
    const { digestId } = await composeFor(buildSubscribers(60));
    const relay = {
      ...fixture.relay,
      send: async () => ({ kind: 'unknown' as const, problem: 'It broke off.', relay: 'mx' }),
    };
    await deliver(deps({ relay }), { digestId, leaseId: await lease() });
    const unknown = (await statesOf(digestId)).filter((state) => state === 'unknown').length;
    expect(unknown).toBeGreaterThanOrEqual(5);
    expect(unknown).toBeLessThanOrEqual(15);
    expect(fixture.alerts).toEqual([expect.stringContaining('nobody knows whether they arrived')]);
    const digest = await requireDigest(database.db, 'daily', FRIDAY);
    expect(digest.pausedAt).not.toBeNull();
  });

  it('A digest whose mails cannot be composed is paused with an alert, and no delivery fails', async () => {
    const { digestId } = await composeFor(buildSubscribers(60));
    const signer = { sign: () => Promise.reject(new RangeError('A placeholder has no value.')) };
    await deliver(deps({ signer }), { digestId, leaseId: await lease() });
    const states = await statesOf(digestId);
    expect(states).not.toContain('failed');
    expect(states.filter((state) => state === 'pending').length).toBeGreaterThan(30);
    expect(fixture.alerts).toEqual([expect.stringContaining('A placeholder has no value.')]);
  });
});

describe('An address that does not exist', () => {
  const suppressed = async () => {
    const { rows } = await database.db.execute(sql`SELECT reason FROM suppressions`);
    return rows.map(({ reason }) => reason);
  };

  it('An address that does not exist is suppressed', async () => {
    const { digestId } = await composeFor(buildSubscribers(4));
    fixture.sink.respondWith((to) =>
      to.startsWith('r1') ? { at: 'rcpt', reply: '550 5.1.1 No such user' } : 'accept',
    );
    await deliver(deps(), { digestId, leaseId: await lease() });
    expect(await suppressed()).toEqual(['bounce']);
    expect(fixture.alerts).toEqual([]);
  });

  it.each(['550 5.7.1 Blocked', '550 5.1.7 Bad sender', '550 No such user', '552 5.2.2 Full'])(
    'The reply %s does not suppress an address',
    async (reply) => {
      const { digestId } = await composeFor(buildSubscribers(1));
      fixture.sink.respondWith(() => ({ at: 'rcpt', reply }));
      await deliver(deps(), { digestId, leaseId: await lease() });
      expect(await statesOf(digestId)).toEqual(['failed']);
      expect(await suppressed()).toEqual([]);
    },
  );

  it('A digest is paused for its bounces although no address can be suppressed', async () => {
    const { digestId } = await composeFor(buildSubscribers(1));
    const reply = { code: 550, enhanced: '5.1.1', text: 'No such user' };
    const attempts = Array.from({ length: 20 }, (_, n) => ({
      entry: { emailKey: `r${n}@example.org` },
      outcome: { kind: 'answered', reply, relay: 'mx' },
      result: { state: 'failed' },
    })) as unknown as AttemptResult[];
    await database.db.execute(
      sql`ALTER TABLE suppressions ADD CONSTRAINT no_bounce CHECK (reason <> 'bounce')`,
    );
    try {
      await expect(createReplyHandler(deps())(digestId, attempts)).rejects.toThrow();
    } finally {
      await database.db.execute(sql`ALTER TABLE suppressions DROP CONSTRAINT no_bounce`);
    }
    const digest = await requireDigest(database.db, 'daily', FRIDAY);
    expect(digest.pauseReason).toContain('5 %');
  });

  it('An address is suppressed once the database is reachable again', async () => {
    const { digestId } = await composeFor(buildSubscribers(4));
    fixture.sink.respondWith((to) =>
      to.startsWith('r1') ? { at: 'rcpt', reply: '550 5.1.1 No such user' } : 'accept',
    );
    let failures = 2;
    const db = new Proxy(database.db, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (name !== 'transaction') return typeof value === 'function' ? value.bind(target) : value;
        return (...args: Parameters<typeof target.transaction>) => {
          const isOfSuppression = String(args[0]).includes('suppressAddress');
          if (!isOfSuppression || failures === 0) return target.transaction(...args);
          failures -= 1;
          return Promise.reject(Object.assign(new Error('gone'), { code: '57P01' }));
        };
      },
    });
    await deliver(deps({ db }), { digestId, leaseId: await lease() });
    expect(failures).toBe(0);
    expect(await suppressed()).toEqual(['bounce']);
  });

  it('A digest is paused and nobody suppressed when too many addresses bounce', async () => {
    const { digestId } = await composeFor(buildSubscribers(30));
    fixture.sink.respondWith(() => ({ at: 'rcpt', reply: '550 5.1.1 No such user' }));
    await deliver(deps(), { digestId, leaseId: await lease() });
    const states = await statesOf(digestId);
    expect(states.filter((state) => state === 'failed').length).toBeLessThan(30);
    expect(states.filter((state) => state === 'pending').length).toBeGreaterThan(10);
    expect(await suppressed()).toEqual([]);
    expect(fixture.alerts).toEqual([expect.stringContaining('5 %')]);
    const digest = await requireDigest(database.db, 'daily', FRIDAY);
    expect(digest.pauseReason).toContain('5 %');
  });
});
