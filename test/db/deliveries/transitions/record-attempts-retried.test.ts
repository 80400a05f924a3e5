import { beforeEach, describe, expect, it } from 'vitest';
import { openLease } from '../../../../src/db/deliveries/leases.ts';
import { claimBatch } from '../../../../src/db/deliveries/transitions/claim.ts';
import { endLeases } from '../../../../src/db/deliveries/transitions/end-leases.ts';
import {
  type AttemptRecord,
  type NextAttempt,
  recordAttempts,
} from '../../../../src/db/deliveries/transitions/record-attempts.ts';
import { releaseBatch } from '../../../../src/db/deliveries/transitions/release.ts';
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

describe('Results that are recorded twice, since the first answer was lost', () => {
  it('Results that are recorded twice count as recorded', async () => {
    const attempts = { results, next: [], now: at('07:00:01') };
    const { pool } = database.database;
    expect(await recordAttempts(pool, digestId, attempts)).toMatchObject({
      resultCount: SUBSCRIBERS,
    });
    expect(await recordAttempts(pool, digestId, attempts)).toMatchObject({
      resultCount: SUBSCRIBERS,
    });
  });

  it('Results are late when a sweep released their deliveries before', async () => {
    const { pool, db } = database.database;
    await recordAttempts(pool, digestId, {
      results: results.slice(0, 1),
      next: [],
      now: at('07:00:01'),
    });
    await endLeases(db, { id: leaseId }, at('07:00:02'));
    const attempts = { results: results.slice(1), next: [], now: at('07:00:03') };
    expect(await recordAttempts(pool, digestId, attempts)).toMatchObject({ resultCount: 0 });
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
      resultCount: 0,
    });
    expect(await states()).toEqual(['sending', 'sending', 'sending']);
    const good = results.map((result) => ({ ...result, attempts: 2 }));
    expect(await recordAttempts(pool, digestId, { ...later, results: good })).toMatchObject({
      resultCount: SUBSCRIBERS,
    });
  });

  it('A late statement does not start a delivery that waits for its retry', async () => {
    const { pool } = database.database;
    await retryRecording();
    const late = await recordAttempts(pool, digestId, { ...later, results: [], next });
    expect(late.sendableIds.size).toBe(0);
    expect(await states()).toEqual(['claimed', 'claimed', 'claimed']);
  });

  const states = async () => {
    const { rows } = await database.database.pool.query('SELECT state FROM deliveries');
    return rows.map(({ state }) => state);
  };
});
