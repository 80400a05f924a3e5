import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { listDueBatches, sendBatchesNow } from '../../../src/db/deliveries/batches.ts';
import { countDeliveries } from '../../../src/db/deliveries/count-deliveries.ts';
import { openLease } from '../../../src/db/deliveries/leases.ts';
import { freezeAudience } from '../../../src/db/deliveries/transitions/add.ts';
import { claimBatch } from '../../../src/db/deliveries/transitions/claim.ts';
import { endLeases } from '../../../src/db/deliveries/transitions/end-leases.ts';
import { expireDeliveries } from '../../../src/db/deliveries/transitions/expire.ts';
import {
  type AttemptRecord,
  recordAttempts,
} from '../../../src/db/deliveries/transitions/record-attempts.ts';
import { recordClaimOutcomes } from '../../../src/db/deliveries/transitions/record-claim-outcomes.ts';
import { releaseBatch } from '../../../src/db/deliveries/transitions/release.ts';
import { resetToPending } from '../../../src/db/deliveries/transitions/resend.ts';
import { skipCancelledDeliveries } from '../../../src/db/deliveries/transitions/skip-cancelled.ts';
import { skipDeliveriesOf } from '../../../src/db/deliveries/transitions/skip-subscriber.ts';
import {
  addDigest,
  markDigestCancelled,
  setAudienceSize,
} from '../../../src/db/digests/digests.ts';
import { useDatabase } from '../../support/database.ts';
import { createRandom } from '../../support/random.ts';
import { storeSubscriber } from '../../support/rows.ts';

const database = useDatabase();
const MORNING = new Date('2026-05-08T07:00:00Z');
const NEXT_DAY = new Date('2026-05-09T07:00:00Z');
const SUBSCRIBERS = 450;
const GROUP = { frequency: 'daily', timezone: 'UTC', hour: 7 } as const;

let digestId: number;
let subscriberIds: number[];

beforeEach(async () => {
  await database.empty();
  const { db } = database;
  const first = await storeSubscriber(db);
  await db.execute(sql`
    INSERT INTO subscribers (email, email_key, status, topics, keywords, frequency, timezone, hour, papers,
      created_at, updated_at)
    SELECT 'r' || n, 'r' || n, status, topics, keywords, frequency, timezone, hour, papers, created_at, updated_at
    FROM subscribers, generate_series(2, ${SUBSCRIBERS}::int) AS n`);
  const ids = await db.execute<{ id: string }>(sql`SELECT id FROM subscribers ORDER BY id`);
  subscriberIds = ids.rows.map(({ id }) => Number(id));
  expect(subscriberIds[0]).toBe(first);
  const digest = await addDigest(db, { kind: 'daily', date: '2026-05-08', composedAt: MORNING });
  digestId = digest.id;
  const audience = await freezeAudience(db, digest, {
    groups: [GROUP],
    computeTimes: async () => [{ ...GROUP, sendAt: MORNING, expiresAt: NEXT_DAY, isDue: true }],
    now: MORNING,
  });
  await setAudienceSize(db, digestId, audience);
});

/** What `countDeliveries` would return if it read every delivery. */
async function countOneByOne(now: Date): Promise<unknown> {
  const { rows } = await database.db.execute<{ state: string; isDue: boolean; count: number }>(sql`
    SELECT state, next_at <= ${now} OR state = 'pending' AND is_immediate AS "isDue", count(*)::int AS count
    FROM deliveries JOIN batches USING (digest_id, batch) WHERE digest_id = ${digestId} GROUP BY 1, 2`);
  const sum = (states: string[], isDue: boolean[]) =>
    rows
      .filter((row) => states.includes(row.state) && isDue.includes(row.isDue))
      .reduce((total, { count }) => total + count, 0);
  const waiting = ['pending', 'deferred'];
  const all = await countDeliveries(database.db, digestId, now);
  return {
    states: Object.fromEntries(
      Object.keys(all.states).map((state) => [state, sum([state], [true, false])]),
    ),
    due: sum(waiting, [true]),
    scheduled: sum(waiting, [false]),
    inProgress: sum(['claimed', 'sending'], [true, false]),
  };
}

describe('countDeliveries', () => {
  it.each([1, 2, 3, 4])(
    'The counts equal those of the deliveries after any series of transitions (seed %i)',
    async (seed) => {
      const { db, pool } = database.database;
      const random = createRandom(seed);
      let now = MORNING;
      let leaseId = await openLease(db, 'a worker');

      const work = async (end: 'release' | 'die' | 'keep') => {
        const due = await listDueBatches(db, now);
        if (due.length === 0) return;
        const { batch } = random.pick(due);
        const claimed = await claimBatch(db, { digestId, batch, leaseId, now });
        const some = claimed.filter(() => random.next() < 0.5);
        const next = some.map(({ subscriberId, attempts }) => ({
          subscriberId,
          leaseId,
          attempts: attempts + 1,
          selection: [],
          messageId: `<${subscriberId}@example.org>`,
          messageDate: now,
        }));
        await recordAttempts(pool, digestId, { results: [], next, now });
        const results = next
          .filter(() => random.next() < (end === 'release' ? 1 : 0.9))
          .map(({ subscriberId, attempts }): AttemptRecord => {
            const state = random.pick(['sent', 'sent', 'failed', 'deferred', 'unknown'] as const);
            const nextAt = state === 'deferred' ? new Date(now.getTime() + 900_000) : undefined;
            return { subscriberId, leaseId, attempts, state, nextAt };
          });
        await recordAttempts(pool, digestId, { results, next: [], now });
        const rest = claimed.filter((each) => !some.includes(each));
        const skipped = rest.filter(() => random.next() < 0.2);
        await recordClaimOutcomes(
          db,
          { digestId, leaseId, now },
          skipped.map(({ subscriberId }) => ({ subscriberId, state: 'skipped' as const })),
        );
        if (end === 'release') await releaseBatch(db, { digestId, batch, leaseId, now });
        if (end !== 'die') return;
        await db.transaction((tx) => endLeases(tx, { id: leaseId }, now));
        leaseId = await openLease(db, 'another');
      };

      const steps = [
        () => work('release'),
        () => work('release'),
        () => work('die'),
        () => work('keep'),
        () =>
          db.transaction((tx) => skipDeliveriesOf(tx, random.pick(subscriberIds), 'Left.', now)),
        () =>
          db.transaction((tx) => skipDeliveriesOf(tx, random.pick(subscriberIds), 'Left.', now)),
        () =>
          db.transaction((tx) =>
            resetToPending(tx, digestId, { state: 'failed' }, { now, expiresAt: NEXT_DAY }),
          ),
        () => sendBatchesNow(db, digestId, now),
        async () => {
          now = new Date(now.getTime() + random.between(1, 40) * 60_000);
        },
      ];
      for (let step = 0; step < 30; step += 1) {
        await random.pick(steps)();
        const { ratePerSecond: _rate, ...counted } = await countDeliveries(db, digestId, now);
        expect(counted, `step ${step}`).toEqual(await countOneByOne(now));
      }
      await db.transaction((tx) => endLeases(tx, { all: true }, now));
      await expireDeliveries(db, { now, maxBatches: 1 });
      await expireDeliveries(db, { now, maxBatches: 9 });
      await markDigestCancelled(db, digestId, now);
      await skipCancelledDeliveries(db, now);
      const { states, due, scheduled, inProgress } = await countDeliveries(db, digestId, now);
      expect({ states, due, scheduled, inProgress }).toEqual(await countOneByOne(now));
      expect(states.pending + states.deferred + inProgress).toBe(0);
    },
  );

  it('Counting reads no delivery of a batch without a lease', async () => {
    const { db } = database;
    await db.execute(sql`UPDATE deliveries SET state = 'failed' WHERE digest_id = ${digestId}`);
    const { states } = await countDeliveries(db, digestId, MORNING);
    expect(states).toMatchObject({ pending: SUBSCRIBERS, failed: 0 });
  });

  it('The rate counts the mails of the last minute, in active and in released batches', async () => {
    const { db, pool } = database.database;
    const leaseId = await openLease(db, 'a worker');
    const at = (seconds: number) => new Date(MORNING.getTime() + seconds * 1000);
    for (const batch of [0, 1, 2]) {
      const claimed = await claimBatch(db, { digestId, batch, leaseId, now: at(batch * 10) });
      const next = claimed.map(({ subscriberId }) => ({
        subscriberId,
        leaseId,
        attempts: 1,
        selection: [],
        messageId: 'id',
        messageDate: MORNING,
      }));
      await recordAttempts(pool, digestId, { results: [], next, now: at(batch * 10) });
      const results = next.map(({ subscriberId }) => ({
        subscriberId,
        leaseId,
        attempts: 1,
        state: 'sent' as const,
      }));
      await recordAttempts(pool, digestId, { results, next: [], now: at(batch * 10 + 5) });
      if (batch < 2) await releaseBatch(db, { digestId, batch, leaseId, now: at(batch * 10 + 5) });
    }
    const rateAt = async (seconds: number) =>
      (await countDeliveries(db, digestId, at(seconds))).ratePerSecond;
    expect(await rateAt(25)).toBeCloseTo(SUBSCRIBERS / 25);
    // The first batch was released more than a minute ago.
    expect(await rateAt(70)).toBeCloseTo((SUBSCRIBERS - 200) / 60);
    expect(await rateAt(200)).toBe(0);
  });
});
