import { sql } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAlerts } from '../../../src/services/alerts/alerts.ts';
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
const COMPOSED = new Date('2026-05-08T05:30:00Z');
const KEPT_DAYS = 30;
const daysLater = (days: number) => new Date(COMPOSED.getTime() + days * 24 * 3_600_000);

beforeEach(() => database.empty());

describe('Pruning beside a backup', () => {
  it('Pruning skips the deliveries that a backup reads, and removes everything else; after a week that raises an alert', async () => {
    const { db } = database;
    await storePapers(db, [buildPaper()]);
    await storeSubscriber(db);
    await storeSubscriber(db, { email: 'old@example.org', status: 'pending' });
    await db.execute(
      sql`UPDATE subscribers SET created_at = ${COMPOSED}, updated_at = ${COMPOSED}`,
    );
    await composeDigest(db, { kind: 'daily', date: '2026-05-08', now: COMPOSED });
    await db.execute(sql`UPDATE deliveries SET state = 'sent'`);
    await syncBatchesWithDeliveries(db);
    const alerted: string[] = [];
    const prune = (days: number) => {
      const clock = () => daysLater(days);
      const alerts = createAlerts({
        db,
        clock,
        onRaised: ({ kind }) => alerted.push(kind),
        onEnded: ({ kind }) => alerted.push(`${kind} is over`),
      });
      const termStatistics = createTermStatistics({ db, clock });
      return pruneExpired(db, clock(), { deliveriesKeptDays: KEPT_DAYS, termStatistics, alerts });
    };
    const backup = await database.database.pool.connect();
    await backup.query('BEGIN');
    await backup.query('SELECT count(*) FROM deliveries');
    const report = await prune(KEPT_DAYS + 6);
    expect(report).toMatchObject({ digests: 0, lockedDigests: 1, unconfirmed: 1 });
    expect(alerted).toEqual([]);
    await prune(KEPT_DAYS + 8);
    expect(alerted).toEqual(['prune-blocked']);
    await backup.query('COMMIT');
    backup.release();
    expect(await prune(KEPT_DAYS + 8)).toMatchObject({ digests: 1, lockedDigests: 0 });
    expect(alerted).toEqual(['prune-blocked', 'prune-blocked is over']);
    expect(await countRows(db, 'deliveries')).toBe(0);
  });
});
