import { beforeEach, describe, expect, it } from 'vitest';
import { listDueBatches } from '../../../../src/db/deliveries/batches.ts';
import { countDeliveries } from '../../../../src/db/deliveries/count-deliveries.ts';
import { openLease } from '../../../../src/db/deliveries/leases.ts';
import { claimBatch } from '../../../../src/db/deliveries/transitions/claim.ts';
import { endLeases } from '../../../../src/db/deliveries/transitions/end-leases.ts';
import {
  type AttemptRecord,
  type NextAttempt,
  recordAttempts,
} from '../../../../src/db/deliveries/transitions/record-attempts.ts';
import { recordLateResults } from '../../../../src/db/deliveries/transitions/record-late-results.ts';
import { releaseBatch } from '../../../../src/db/deliveries/transitions/release.ts';
import { resetToPending } from '../../../../src/db/deliveries/transitions/resend.ts';
import { composeDigest } from '../../../../src/services/digests/compose-digest.ts';
import { useDatabase } from '../../../support/database.ts';
import { buildPaper, storePapers, storeSubscriber } from '../../../support/rows.ts';

const database = useDatabase();
const at = (time: string) => new Date(`2026-05-08T${time}Z`);
const SUBSCRIBERS = 3;

let digestId: number;
let leaseId: number;
let next: NextAttempt[];
let results: AttemptRecord[];

beforeEach(async () => {
  await database.empty();
  const { db, pool } = database.database;
  await storePapers(db, [buildPaper({ usableOn: '2026-05-08' })]);
  for (let n = 0; n < SUBSCRIBERS; n += 1)
    await storeSubscriber(db, { email: `r${n}@example.org` });
  const now = at('05:30:00');
  const { digest } = await composeDigest(db, { kind: 'daily', date: '2026-05-08', now });
  digestId = digest?.id ?? 0;
  leaseId = await openLease(db, 'test');
  const claimed = await claimBatch(db, { digestId, batch: 0, leaseId, now: at('07:00:00') });
  next = claimed.map(
    ({ subscriberId }): NextAttempt => ({
      ...{ subscriberId, leaseId, attempts: 1, selection: [] },
      ...{ messageId: `<${subscriberId}@example.org>`, messageDate: at('07:00:00') },
    }),
  );
  await recordAttempts(pool, digestId, { results: [], next, now: at('07:00:00') });
  results = next.map(({ subscriberId }) => ({
    ...{ subscriberId, leaseId, attempts: 1 },
    state: 'sent',
    relay: '',
  }));
});

/** Records as a worker does. */
async function record(attempts: {
  results: readonly AttemptRecord[];
  now: Date;
}): Promise<{ late: number; dropped: number }> {
  const { pool, db } = database.database;
  const { unrecorded } = await recordAttempts(pool, digestId, { ...attempts, next: [] });
  return recordLateResults(db, digestId, { results: unrecorded, now: attempts.now });
}

async function storedStates(): Promise<string[]> {
  const { rows } = await database.database.pool.query(
    'SELECT state FROM deliveries ORDER BY subscriber_id',
  );
  return rows.map(({ state }) => state);
}

describe('Results that are recorded twice, since the first answer was lost', () => {
  it('Results that are recorded twice count as recorded', async () => {
    const attempts = { results, next: [], now: at('07:00:01') };
    const { pool } = database.database;
    expect(await record(attempts)).toEqual({ late: 0, dropped: 0 });
    expect((await recordAttempts(pool, digestId, attempts)).unrecorded).toEqual(results);
    expect(await record(attempts)).toEqual({ late: 0, dropped: 0 });
  });
});

describe('Results that come after their lease has ended', () => {
  const [late, again] = [at('07:00:03'), at('07:00:04')];

  it('Late results replace unknown, and every count agrees', async () => {
    const { db } = database.database;
    await record({ results: results.slice(0, 1), now: at('07:00:01') });
    await endLeases(db, { id: leaseId }, at('07:00:02'));
    expect(await storedStates()).toEqual(['sent', 'unknown', 'unknown']);
    const kinds = [
      { state: 'failed', reply: '550 No' },
      { state: 'deferred', reply: '450 Later', nextAt: at('08:00:00') },
    ] as const;
    const rest = results.slice(1).map((result, n): AttemptRecord => ({ ...result, ...kinds[n] }));
    expect(await record({ results: rest, now: late })).toEqual({ late: 2, dropped: 0 });
    expect(await storedStates()).toEqual(['sent', 'failed', 'deferred']);
    const { states, scheduled } = await countDeliveries(db, digestId, late);
    expect({ states, scheduled }).toMatchObject({
      states: { sent: 1, failed: 1, deferred: 1, unknown: 0 },
      scheduled: 1,
    });
    expect(await listDueBatches(db, at('08:00:00'))).toHaveLength(1);
    // The answer to the first call may be lost.
    expect(await record({ results: rest, now: late })).toEqual({ late: 0, dropped: 0 });
  });

  it('What is still unknown does not replace anything, and a repeated result is dropped', async () => {
    await endLeases(database.db, { id: leaseId }, at('07:00:02'));
    const unknown = results.map((result): AttemptRecord => ({ ...result, state: 'unknown' }));
    expect(await record({ results: unknown, now: late })).toMatchObject({ late: 0 });
    expect(await record({ results, now: late })).toEqual({ late: SUBSCRIBERS, dropped: 0 });
    const failed = results.map((result): AttemptRecord => ({ ...result, state: 'failed' }));
    expect(await record({ results: failed, now: again })).toEqual({
      ...{ late: 0, dropped: SUBSCRIBERS },
    });
    expect(await storedStates()).toEqual(['sent', 'sent', 'sent']);
  });

  it('A late result of another lease or of an earlier attempt changes nothing', async () => {
    const { db, pool } = database.database;
    await endLeases(db, { id: leaseId }, at('07:00:02'));
    const foreign = results.map((result) => ({ ...result, leaseId: leaseId + 1 }));
    expect(await record({ results: foreign, now: late })).toMatchObject({ late: 0 });
    const resent = { now: at('07:00:05'), expiresAt: at('23:00:00') };
    await resetToPending(db, digestId, { state: 'unknown' }, resent);
    const other = await openLease(db, 'other');
    const now = at('07:00:06');
    const claimed = await claimBatch(db, { digestId, batch: 0, leaseId: other, now });
    expect(claimed.map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
    const second = next.map((each) => ({ ...each, attempts: 2, leaseId: other }));
    await recordAttempts(pool, digestId, { results: [], next: second, now });
    expect(await record({ results, now })).toEqual({ late: 0, dropped: SUBSCRIBERS });
    await endLeases(db, { id: other }, at('07:00:07'));
    expect(await record({ results, now })).toEqual({ late: 0, dropped: SUBSCRIBERS });
    expect(await storedStates()).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('A late result of a batch that another worker holds is counted when that worker releases it', async () => {
    const { db, pool } = database.database;
    const deferred = results
      .slice(0, 1)
      .map((result): AttemptRecord => ({ ...result, state: 'deferred', nextAt: at('07:00:02') }));
    await recordAttempts(pool, digestId, { results: deferred, next: [], now: at('07:00:01') });
    await endLeases(db, { id: leaseId }, at('07:00:02'));
    const other = await openLease(db, 'other');
    const key = { digestId, batch: 0, leaseId: other };
    expect(await claimBatch(db, { ...key, now: at('07:00:03') })).toHaveLength(1);
    const rest = results.slice(1);
    expect(await record({ results: rest, now: at('07:00:04') })).toMatchObject({ late: 2 });
    await releaseBatch(db, { ...key, now: at('07:00:05') });
    const { states } = await countDeliveries(db, digestId, at('07:00:05'));
    expect(states).toMatchObject({ sent: 2, pending: 1, unknown: 0 });
  });
});

describe('A statement that runs after it was given up', () => {
  const later = { next: [], now: at('07:30:00') };
  /** Defers all of them, claims them again under the same lease and starts their second attempt. */
  async function retryRecording(): Promise<void> {
    const { pool, db } = database.database;
    const deferred = results.map(
      (result): AttemptRecord => ({ ...result, state: 'deferred', nextAt: at('07:10:00') }),
    );
    const now = at('07:00:01');
    await recordAttempts(pool, digestId, { results: deferred, next: [], now });
    await releaseBatch(db, { digestId, batch: 0, leaseId, now });
    expect(await claimBatch(db, { digestId, batch: 0, leaseId, now: at('07:10:00') })).toHaveLength(
      SUBSCRIBERS,
    );
  }

  it('A late statement does not record its result for the current attempt', async () => {
    const { pool } = database.database;
    await retryRecording();
    const second = next.map((each) => ({ ...each, attempts: 2 }));
    await recordAttempts(pool, digestId, { results: [], next: second, now: at('07:10:01') });
    expect(await recordAttempts(pool, digestId, { ...later, results })).toMatchObject({
      unrecorded: results,
    });
    expect(await storedStates()).toEqual(['sending', 'sending', 'sending']);
    const good = results.map((result) => ({ ...result, attempts: 2 }));
    expect(await recordAttempts(pool, digestId, { ...later, results: good })).toMatchObject({
      unrecorded: [],
    });
  });

  it('A late result of an earlier attempt under the same lease does not replace unknown', async () => {
    const { pool, db } = database.database;
    await retryRecording();
    const second = next.map((each) => ({ ...each, attempts: 2 }));
    await recordAttempts(pool, digestId, { results: [], next: second, now: at('07:10:01') });
    await endLeases(db, { id: leaseId }, at('07:10:02'));
    const now = at('07:10:03');
    expect(await record({ results, now })).toEqual({ late: 0, dropped: SUBSCRIBERS });
    expect(await storedStates()).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('A late statement does not start a delivery that waits for its retry', async () => {
    const { pool } = database.database;
    await retryRecording();
    const late = await recordAttempts(pool, digestId, { ...later, results: [], next });
    expect(late.sendableIds.size).toBe(0);
    expect(await storedStates()).toEqual(['claimed', 'claimed', 'claimed']);
  });
});
