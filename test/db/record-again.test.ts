import { beforeEach, describe, expect, it } from 'vitest';
import { claimBatch } from '../../src/db/claims.ts';
import { endLeases, openLease } from '../../src/db/leases.ts';
import { type NextTry, recordTries, type TryResult } from '../../src/db/tries.ts';
import { composeDigest } from '../../src/services/compose-digest.ts';
import { useDatabase } from '../support/database.ts';
import { paper, storePapers, storeSubscriber } from '../support/rows.ts';

const database = useDatabase();
const at = (time: string) => new Date(`2026-05-08T${time}Z`);
const READERS = 3;

let digestId: number;
let leaseId: number;
let results: TryResult[];

beforeEach(async () => {
  await database.empty();
  const { db, pool } = database.database;
  await storePapers(db, [paper({ usableOn: '2026-05-08' })]);
  for (let n = 0; n < READERS; n += 1) await storeSubscriber(db, { email: `r${n}@example.org` });
  const now = at('05:30:00');
  const { digest } = await composeDigest(db, { kind: 'daily', date: '2026-05-08', now });
  digestId = digest?.id ?? 0;
  leaseId = await openLease(db, 'test');
  const claimed = await claimBatch(db, { digestId, batch: 0, leaseId, now: at('07:00:00') });
  const next = claimed.map(
    ({ subscriberId }): NextTry => ({
      ...{ subscriberId, leaseId, attempts: 1, selection: [] },
      ...{ messageId: `<${subscriberId}@example.org>`, messageDate: at('07:00:00') },
    }),
  );
  await recordTries(pool, digestId, { results: [], next, now: at('07:00:00') });
  results = claimed.map(({ subscriberId }) => ({ subscriberId, leaseId, state: 'sent' }));
});

describe('Results that are recorded again, since the answer to the first time was lost', () => {
  it('are recorded all the same: no lease has ended', async () => {
    const tries = { results, next: [], now: at('07:00:01') };
    const { pool } = database.database;
    expect(await recordTries(pool, digestId, tries)).toMatchObject({ results: READERS });
    expect(await recordTries(pool, digestId, tries)).toMatchObject({ results: READERS });
  });

  it('are too late when a sweep came before them', async () => {
    const { pool, db } = database.database;
    await recordTries(pool, digestId, {
      results: results.slice(0, 1),
      next: [],
      now: at('07:00:01'),
    });
    await endLeases(db, { id: leaseId }, at('07:00:02'));
    const tries = { results: results.slice(1), next: [], now: at('07:00:03') };
    expect(await recordTries(pool, digestId, tries)).toMatchObject({ results: 0 });
  });
});
