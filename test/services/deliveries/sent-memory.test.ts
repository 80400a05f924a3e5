import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { claimBatch } from '../../../src/db/deliveries/transitions/claim.ts';
import { markForgottenDeliveries } from '../../../src/db/deliveries/transitions/mark-forgotten.ts';
import { pauseForgottenDigests } from '../../../src/db/digests/digests.ts';
import { createSentMemory } from '../../../src/services/deliveries/sent-memory.ts';
import { buildSubscribers, useSendingFixture } from './sending-fixture.ts';

const fixture = useSendingFixture();
const { clock, composeFor, database, lease, rows } = fixture;

const attempt = (subscriberId: number, attempts: number) => ({
  ...{ subscriberId, attempts, leaseId: 1, selection: [], messageId: '<1@x>' },
  messageDate: new Date(0),
});

describe('After a failover', () => {
  it('Only deliveries with fewer attempts than were made become unknown', async () => {
    const { digestId, ids } = await composeFor(buildSubscribers(4));
    const [first = 0, second = 0, third = 0] = ids;
    const memory = createSentMemory();
    memory.note(digestId, {
      begun: [attempt(first, 1), attempt(second, 1), attempt(third, 1)],
      ended: [],
    });
    memory.note(digestId, {
      begun: [],
      ended: [
        { subscriberId: first, leaseId: 1, attempts: 1, state: 'sent' },
        { subscriberId: second, leaseId: 1, attempts: 1, state: 'deferred' },
      ],
    });
    await database.db.execute(
      sql`UPDATE deliveries SET attempts = 1 WHERE subscriber_id = ${third}`,
    );
    const made = memory.list().get(digestId) ?? new Map();
    const mark = () =>
      database.db.transaction((tx) => markForgottenDeliveries(tx, digestId, made, clock()));
    expect(await mark()).toBe(1);
    expect(await mark()).toBe(0);
    expect(await rows(digestId)).toMatchObject([
      { state: 'unknown', attempts: 1, detail: expect.stringContaining('may have been sent') },
      { state: 'pending' },
      { state: 'pending' },
      { state: 'pending' },
    ]);
  });

  it('A lease of the other server claims nothing, and unfinished digests are paused once', async () => {
    const { digestId } = await composeFor(buildSubscribers(1));
    const leaseId = await lease();
    await database.db.execute(sql`UPDATE leases SET timeline_id = timeline_id - 1`);
    await database.db.execute(sql`UPDATE digests SET timeline_id = timeline_id - 1`);
    expect(await claimBatch(database.db, { digestId, batch: 0, leaseId, now: clock() })).toEqual(
      [],
    );
    const pause = () => pauseForgottenDigests(database.db, 'It failed over.', clock());
    expect(await pause()).toMatchObject([{ id: digestId, kind: 'daily' }]);
    expect(await pause()).toEqual([]);
  });

  it('Nothing is marked of a digest whose deliveries were pruned or are forgotten altogether', async () => {
    const mark = database.db.transaction((tx) =>
      markForgottenDeliveries(tx, 1_000_000, new Map([[1, 1]]), clock()),
    );
    expect(await mark).toBe(0);
  });

  it('The digest that is being sent is not forgotten for older ones that are resent', () => {
    const memory = createSentMemory();
    const note = (digestId: number, subscriberId: number) =>
      memory.note(digestId, { begun: [attempt(subscriberId, 1)], ended: [] });
    note(9, 1);
    for (const older of [1, 2, 3, 4, 5]) {
      note(older, 1);
      note(9, older);
    }
    expect(memory.list().get(9)?.size).toBe(5);
    expect(memory.list().size).toBe(4);
  });

  it('A worker remembers so many attempts that its memory stays bounded', () => {
    const memory = createSentMemory();
    const begun = Array.from({ length: 150_000 }, (_, n) => attempt(n + 1, 1));
    memory.note(1, { begun, ended: [] });
    const made = memory.list().get(1);
    expect(made?.size).toBe(100_000);
    expect(made?.has(150_000)).toBe(true);
  });
});
