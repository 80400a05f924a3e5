import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  countLiveWorkers,
  deleteExpiredLeases,
  openLease,
  renewLease,
} from '../../../src/db/deliveries/leases.ts';
import { useDatabase } from '../../support/database.ts';

const database = useDatabase();

beforeEach(() => database.empty());

/** Opens a lease as it would be if it had been opened and last renewed so many seconds ago. */
async function storeLease({
  openedAgo,
  renewedAgo = openedAgo,
}: {
  openedAgo: number;
  renewedAgo?: number;
}): Promise<number> {
  const id = await openLease(database.db, 'test');
  await database.db.execute(sql`
    UPDATE leases SET expires_at = expires_at - make_interval(secs => ${renewedAgo}),
      steady_since = steady_since - make_interval(secs => ${openedAgo}) WHERE id = ${id}`);
  return id;
}

/** The clock of the database is set by so many seconds: seen from it, all times move. */
async function setClock(seconds: number): Promise<void> {
  await database.db.execute(sql`
    UPDATE leases SET expires_at = expires_at - make_interval(secs => ${seconds}),
      steady_since = steady_since - make_interval(secs => ${seconds}),
      expired_seen_at = expired_seen_at - make_interval(secs => ${seconds})`);
}

const deleteExpired = async (besides = 0): Promise<number[]> =>
  (await database.db.transaction((tx) => deleteExpiredLeases(tx, besides))).map(Number);

describe('An expired lease', () => {
  it('An expired lease ends at once when another worker has renewed its own all the time', async () => {
    const dead = await storeLease({ openedAgo: 600, renewedAgo: 46 });
    await storeLease({ openedAgo: 46, renewedAgo: 5 });
    expect(await deleteExpired()).toEqual([dead]);
  });

  it('After an outage of the database no lease ends before its worker could come back', async () => {
    const others = [];
    for (const renewedAgo of [60, 61, 62])
      others.push(await storeLease({ openedAgo: 600, renewedAgo }));
    // The first worker that is back opens a new lease: it proves nothing yet.
    const first = await storeLease({ openedAgo: 0 });
    expect(await deleteExpired()).toEqual([]);
    await setClock(10);
    expect(await renewLease(database.db, first)).not.toBeNull();
    expect(await deleteExpired()).toEqual([]);
    await setClock(35);
    expect((await deleteExpired()).sort()).toEqual(others.sort());
  });

  it('A lease whose renewal had a gap proves nothing', async () => {
    await storeLease({ openedAgo: 600, renewedAgo: 46 });
    const back = await storeLease({ openedAgo: 600, renewedAgo: 21 });
    expect(await renewLease(database.db, back)).not.toBeNull();
    expect(await deleteExpired()).toEqual([]);
  });

  it('Without any worker an expired lease ends 45 seconds after it was first seen', async () => {
    const dead = await storeLease({ openedAgo: 4000 });
    expect(await deleteExpired()).toEqual([]);
    await setClock(10);
    expect(await deleteExpired()).toEqual([]);
    await setClock(35);
    expect(await deleteExpired()).toEqual([dead]);
  });

  it('A worker never deletes its own lease, whose results it still records', async () => {
    const own = await storeLease({ openedAgo: 600, renewedAgo: 46 });
    await storeLease({ openedAgo: 600, renewedAgo: 1 });
    expect(await deleteExpired(own)).toEqual([]);
  });
});

describe('A clock of the database that is set', () => {
  it('Set forward by an hour, it ends no lease before its worker could renew it', async () => {
    const dead = await storeLease({ openedAgo: 600, renewedAgo: 1 });
    await setClock(3600);
    const live = await storeLease({ openedAgo: 0 });
    expect(await deleteExpired(live)).toEqual([]);
    await setClock(45);
    expect(await deleteExpired(live)).toEqual([dead]);
  });

  it('Set back by an hour, it keeps the lease of a dead worker for a minute and a half at most', async () => {
    const [dead, live] = [await storeLease({ openedAgo: 0 }), await storeLease({ openedAgo: 0 })];
    await setClock(-3600);
    expect(await countLiveWorkers(database.db)).toBe(2);
    expect(await renewLease(database.db, live)).not.toBeNull();
    expect(await deleteExpired(live)).toEqual([]);
    for (const passed of [20, 20, 5]) {
      await setClock(passed);
      expect(await renewLease(database.db, live)).not.toBeNull();
    }
    expect(await deleteExpired(live)).toEqual([dead]);
  });

  it('Set back after a lease was seen expired, it does not keep that lease either', async () => {
    const dead = await storeLease({ openedAgo: 4000 });
    expect(await deleteExpired()).toEqual([]);
    await setClock(-3600);
    expect(await deleteExpired()).toEqual([]);
    await setClock(45);
    expect(await deleteExpired()).toEqual([dead]);
  });
});
