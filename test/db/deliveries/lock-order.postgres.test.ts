import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { openLease } from '../../../src/db/deliveries/leases.ts';
import { endLeases } from '../../../src/db/deliveries/transitions/end-leases.ts';
import { expireDeliveries } from '../../../src/db/deliveries/transitions/expire.ts';
import { resetToPending } from '../../../src/db/deliveries/transitions/resend.ts';
import { addDigest } from '../../../src/db/digests/digests.ts';
import { useDigestFixture } from '../../services/digests/digest-fixture.ts';
import { countWaitingForLocks } from '../../support/database.ts';

const { database } = useDigestFixture();
const NOW = new Date('2026-05-08T07:00:00Z');
const LATER = new Date('2026-05-09T07:00:00Z');
const BATCHES = [3, 2, 1];

/** Stores a digest with one delivery in each batch, the last batch first, as a scan finds them. */
async function storeDigest(state: string, leaseId: number | null): Promise<number> {
  const { db } = database;
  const { id } = await addDigest(db, { kind: 'daily', date: '2026-05-08', composedAt: NOW });
  await db.execute(
    sql.raw(`CREATE TABLE deliveries_${id} PARTITION OF deliveries FOR VALUES IN (${id})`),
  );
  for (const batch of BATCHES) {
    await db.execute(sql`
      INSERT INTO batches (digest_id, batch, send_at, due_at, expires_at, is_immediate, claims, lease_id)
      VALUES (${id}, ${batch}, ${NOW}, ${NOW}, ${NOW}, false, 0, ${leaseId})`);
    await db.execute(sql`
      INSERT INTO deliveries (digest_id, subscriber_id, batch, state, send_at, next_at, expires_at, attempts,
        lease_id, updated_at)
      VALUES (${id}, ${batch}, ${batch}, ${state}, ${NOW}, ${NOW}, ${NOW}, 0, ${leaseId}, ${NOW})`);
  }
  return id;
}

/** The batches that nobody has locked. */
async function listFreeBatches(): Promise<number[]> {
  const { rows } = await database.db.execute<{ batch: number }>(
    sql`SELECT batch FROM batches ORDER BY batch FOR UPDATE SKIP LOCKED`,
  );
  return rows.map(({ batch }) => batch);
}

describe('Statements that lock several batches', () => {
  it.each([
    [
      'Resending',
      (digestId: number) =>
        database.db.transaction((tx) =>
          resetToPending(tx, digestId, { state: 'failed' }, { now: NOW, expiresAt: LATER }),
        ),
      'failed',
    ],
    [
      'Ending leases',
      () => database.db.transaction((tx) => endLeases(tx, { all: true }, NOW)),
      'claimed',
    ],
  ])(
    '%s locks the first batch first, so that two of them never wait for each other',
    async (_what, run, state) => {
      const { db } = database;
      const digestId = await storeDigest(
        state,
        state === 'claimed' ? await openLease(db, 'a') : null,
      );
      let running: Promise<unknown> = Promise.resolve();
      await db.transaction(async (tx) => {
        await tx.execute(sql`SELECT FROM batches WHERE batch = 1 FOR UPDATE`);
        running = run(digestId);
        let isWaiting = false;
        while (!isWaiting) {
          isWaiting = (await countWaitingForLocks(database.database.pool)) > 0;
        }
        expect(await listFreeBatches()).toEqual([2, 3]);
      });
      await running;
    },
  );

  it('Expiring waits for nobody: it takes the batches that are free', async () => {
    const { db } = database;
    await storeDigest('pending', null);
    await db.transaction(async (tx) => {
      await tx.execute(sql`SELECT FROM batches WHERE batch = 1 FOR UPDATE`);
      expect(await expireDeliveries(db, { now: LATER, maxBatches: 9 })).toEqual({
        deliveries: 2,
        batches: 2,
      });
    });
    expect(await expireDeliveries(db, { now: LATER, maxBatches: 9 })).toMatchObject({ batches: 1 });
  });
});
