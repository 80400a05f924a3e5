import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { countDeliveries } from '../../../src/db/deliveries/count-deliveries.ts';
import { resetToPending } from '../../../src/db/deliveries/transitions/resend.ts';
import { recordLookup, requestLookup } from '../../../src/db/library/library-lookups.ts';
import { addLibraryPapers } from '../../../src/db/library/library-papers.ts';
import { updateStatus } from '../../../src/db/subscribers/subscribers.ts';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { pruneExpired } from '../../../src/services/maintenance/prune-expired.ts';
import { createTermStatistics } from '../../../src/services/ranking/term-statistics.ts';
import { signUp } from '../../../src/services/subscribers/sign-up.ts';
import { useDatabase } from '../../support/database.ts';
import { suppressionKey } from '../../support/keys.ts';
import { createRecordingQueue } from '../../support/recording-queue.ts';
import {
  buildPaper,
  countRows,
  storePapers,
  storeSubscriber,
  syncBatchesWithDeliveries,
} from '../../support/rows.ts';

const database = useDatabase();
const COMPOSED = new Date('2026-05-08T05:30:00Z');
const DAY_MS = 86_400_000;

const daysLater = (days: number) => new Date(COMPOSED.getTime() + days * DAY_MS);
const prune = (now: Date) => {
  const { db } = database;
  const termStatistics = createTermStatistics({ db, clock: () => now });
  const alerts = { raise: async () => undefined, end: async () => undefined };
  return pruneExpired(db, now, { deliveriesKeptDays: 30, termStatistics, alerts });
};

let digestId: number;
beforeEach(async () => {
  const { db } = database;
  await database.empty();
  await storePapers(db, [buildPaper()]);
  for (let n = 0; n < 3; n += 1) await storeSubscriber(db);
  const { digest } = await composeDigest(db, { kind: 'daily', date: '2026-05-08', now: COMPOSED });
  digestId = digest?.id ?? 0;
});

async function end(): Promise<void> {
  await database.db.execute(sql`
    UPDATE deliveries SET state = CASE WHEN subscriber_id % 3 = 0 THEN 'failed' ELSE 'sent' END`);
  await syncBatchesWithDeliveries(database.db);
}

const kept = () => countRows(database.db, 'deliveries');

describe('pruneExpired: deliveries', () => {
  it('Old deliveries are removed, and their final states stay counted', async () => {
    await end();
    expect(await prune(new Date(daysLater(30).getTime()))).toMatchObject({ digests: 0 });
    expect(await kept()).toBe(3);
    expect(await prune(new Date(daysLater(30).getTime() + 1))).toMatchObject({ digests: 1 });
    expect(await kept()).toBe(0);
    const { states } = await countDeliveries(database.db, digestId, daysLater(31));
    expect(states).toMatchObject({ sent: 2, failed: 1, pending: 0 });
    expect(await prune(daysLater(32))).toMatchObject({ digests: 0 });
    const failed = { state: 'failed' } as const;
    expect(
      await resetToPending(database.db, digestId, failed, {
        now: daysLater(32),
        expiresAt: daysLater(33),
      }),
    ).toBe(0);
  });

  it('Deliveries that are still pending are kept, however old', async () => {
    expect(await prune(daysLater(400))).toMatchObject({ digests: 0 });
    expect(await kept()).toBe(3);
  });
});

describe('pruneExpired: unconfirmed sign-ups', () => {
  const signUpAt = (now: Date) =>
    signUp(
      {
        db: database.db,
        queue: createRecordingQueue(),
        clock: () => now,
        suppressionKey,
        ownerKeys: null,
        limitSignup: async () => undefined,
      },
      { email: 'ada@example.org', preferences: {}, channel: 'form', network: '192.0.2.0/24' },
    );

  it('An unconfirmed sign-up is removed with its request after 30 days', async () => {
    await signUpAt(COMPOSED);
    expect(await prune(daysLater(30))).toMatchObject({ unconfirmed: 0 });
    expect(await countRows(database.db, 'transactional_emails')).toBe(1);
    expect(await prune(new Date(daysLater(30).getTime() + 1))).toMatchObject({ unconfirmed: 1 });
    expect(await countRows(database.db, 'transactional_emails')).toBe(0);
  });

  it('A second sign-up keeps the address for another 30 days', async () => {
    await signUpAt(COMPOSED);
    await signUpAt(daysLater(20));
    expect(await prune(daysLater(50))).toMatchObject({ unconfirmed: 0 });
    expect(await prune(new Date(daysLater(50).getTime() + 1))).toMatchObject({ unconfirmed: 1 });
  });
});

describe('pruneExpired: libraries', () => {
  it('The library of a reader who left and old records of lookups are removed after 30 days', async () => {
    const { db } = database;
    const leaver = await storeSubscriber(db);
    const stayer = await storeSubscriber(db);
    for (const id of [leaver, stayer]) {
      const entry = { title: 'Tides', abstract: '', arxivId: null, doi: null, paperId: null };
      await addLibraryPapers(db, id, [entry], COMPOSED);
      await requestLookup(db, { subscriberId: id, kind: 'papers', query: '' }, COMPOSED);
    }
    const lookup = { kind: 'papers', requestedAt: COMPOSED } as const;
    await recordLookup(db, stayer, lookup, { state: 'done', found: 1, endedAt: COMPOSED });
    await updateStatus(db, leaver, 'unsubscribed', COMPOSED);
    expect(await prune(daysLater(30))).toMatchObject({ libraries: 0, lookups: 0 });
    const later = new Date(daysLater(30).getTime() + 1);
    expect(await prune(later)).toMatchObject({ libraries: 1, lookups: 1 });
    expect(await countRows(db, 'library_papers')).toBe(1);
    expect(await countRows(db, 'library_lookups')).toBe(0);
  });
});

describe('pruneExpired: statistics', () => {
  it('Pruning updates the planner’s statistics of papers', async () => {
    const output = async () => {
      const { rows } = await database.db.execute<{ words: string | null }>(
        sql`SELECT most_common_elems::text AS words FROM pg_stats WHERE tablename = 'papers' AND attname = 'words'`,
      );
      return rows[0]?.words ?? null;
    };
    const title = 'Of lichens';
    await storePapers(database.db, [
      buildPaper({ title }),
      buildPaper({ title }),
      buildPaper({ title }),
    ]);
    await prune(COMPOSED);
    expect(await output()).toContain('lichen');
  });
});
