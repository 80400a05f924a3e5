import { describe, expect, it } from 'vitest';
import { updatePreferences } from '../../../src/db/subscribers/subscribers.ts';
import { storeSubscriber } from '../../support/rows.ts';
import { useSendingFixture } from './sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, compose, composeFor, database, deliver, deps, lease, rows, storeSixPapers } =
  fixture;

describe('A subscriber who changes the frequency before the digest is sent', () => {
  it.each([
    ['daily', 'weekly', 'skipped', 'The reader gets the weekly digest now.'],
    ['daily', 'weekdays', 'sent', null],
    ['weekly', 'daily', 'sent', null],
  ] as const)(
    'Of a %s digest, a subscriber who now wants %s mail: the delivery is %s',
    async (kind, frequency, state, detail) => {
      const monday = '2026-05-11';
      await storeSixPapers();
      const before = kind === 'weekly' ? 'weekly' : 'daily';
      const id = await storeSubscriber(database.db, { frequency: before });
      const digestId = await compose(kind, kind === 'weekly' ? monday : '2026-05-08');
      clock.set(kind === 'weekly' ? `${monday}T07:00:00Z` : '2026-05-08T07:00:00Z');
      await updatePreferences(database.db, id, { frequency }, clock());
      await deliver(deps(), { digestId, leaseId: await lease() });
      expect(await rows(digestId)).toMatchObject([{ state, detail }]);
    },
  );
});

describe('The same paper', () => {
  it('A subscriber who changed from daily to weekly never gets the same paper twice', async () => {
    const { digestId, ids } = await composeFor([{ papers: 2 }, { papers: 2 }]);
    fixture.sink.respondWith((to) =>
      to === '' || fixture.sink.mailCommands > 1 ? 'accept' : { drop: 'after the dot' },
    );
    await deliver(deps(), { digestId, leaseId: await lease() });
    for (const id of ids) {
      await updatePreferences(database.db, id, { frequency: 'weekly' }, clock());
    }
    fixture.sink.respondWith(() => 'accept');
    clock.set('2026-05-11T07:00:00Z');
    const weekly = await compose('weekly', '2026-05-11');
    await deliver(deps(), { digestId: weekly, leaseId: await lease() });
    const ranks = async (id: number) =>
      (await rows(id)).map(({ selection }) => selection?.map(({ rank }) => rank));
    // Both digests hold the same papers in the same order.
    for (const [place, daily] of (await ranks(digestId)).entries()) {
      const later = (await ranks(weekly))[place];
      expect(daily).toHaveLength(2);
      expect(later).toHaveLength(2);
      expect(later?.filter((rank) => daily?.includes(rank))).toEqual([]);
    }
  });

  /** The ranks in a daily digest that gets this reply, and in the weekly digest after it. */
  async function ranksInBoth(reply: string): Promise<(number[] | undefined)[]> {
    const { digestId, ids } = await composeFor([{ papers: 2 }]);
    fixture.sink.respondWith(() => ({ at: 'rcpt', reply }));
    await deliver(deps(), { digestId, leaseId: await lease() });
    await updatePreferences(database.db, ids[0] ?? 0, { frequency: 'weekly' }, clock());
    fixture.sink.respondWith(() => 'accept');
    clock.set('2026-05-11T07:00:00Z');
    const weekly = await compose('weekly', '2026-05-11');
    await deliver(deps(), { digestId: weekly, leaseId: await lease() });
    const [daily] = await rows(digestId);
    const [later] = await rows(weekly);
    return [daily, later].map((row) => row?.selection?.map(({ rank }) => rank));
  }

  it('A paper of a deferred mail is not in the next digest too', async () => {
    const [daily, later] = await ranksInBoth('451 4.3.0 Later');
    expect(daily).toHaveLength(2);
    expect(later).toBeDefined();
    expect(later?.some((rank) => daily?.includes(rank))).toBe(false);
  });

  it('A paper of a failed mail may be in the next digest', async () => {
    const [daily, later] = await ranksInBoth('550 5.7.1 Not now');
    expect(daily).toHaveLength(2);
    expect(later).toEqual(daily);
  });
});
