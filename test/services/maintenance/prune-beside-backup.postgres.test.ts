import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { composeDigest } from '../../../src/services/digests/compose-digest.ts';
import { pruneExpired } from '../../../src/services/maintenance/prune-expired.ts';
import { createTermStatistics } from '../../../src/services/ranking/term-statistics.ts';
import { useDatabase } from '../../support/database.ts';
import {
  buildPaper,
  countRows,
  storePapers,
  storeSubscriber,
  syncBatchesWithDeliveries,
} from '../../support/rows.ts';

const database = useDatabase();
const LATER = new Date('2026-09-01T03:10:00Z');

beforeEach(() => database.empty());

describe('Pruning beside a backup', () => {
  it('Pruning skips the deliveries that a backup reads, and removes everything else', async () => {
    const { db } = database;
    const now = new Date('2026-05-08T05:30:00Z');
    await storePapers(db, [buildPaper()]);
    await storeSubscriber(db);
    await storeSubscriber(db, { email: 'old@example.org', status: 'pending' });
    await db.execute(sql`UPDATE subscribers SET created_at = ${now}, updated_at = ${now}`);
    await composeDigest(db, { kind: 'daily', date: '2026-05-08', now });
    await db.execute(sql`UPDATE deliveries SET state = 'sent'`);
    await syncBatchesWithDeliveries(db);
    const termStatistics = createTermStatistics({ db, clock: () => LATER });
    const prune = () => pruneExpired(db, LATER, { deliveriesKeptDays: 30, termStatistics });
    const backup = await database.database.pool.connect();
    await backup.query('BEGIN');
    await backup.query('SELECT count(*) FROM deliveries');
    const report = await prune();
    expect(report).toMatchObject({ digests: 0, lockedDigests: 1, unconfirmed: 1 });
    await backup.query('COMMIT');
    backup.release();
    expect(await prune()).toMatchObject({ digests: 1, lockedDigests: 0 });
    expect(await countRows(db, 'deliveries')).toBe(0);
  });
});
