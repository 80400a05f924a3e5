import { beforeEach, describe, expect, it } from 'vitest';
import { claimBatch } from '../../../src/db/claims.ts';
import { openLease } from '../../../src/db/leases.ts';
import { composeDigest } from '../../../src/services/compose-digest.ts';
import { ringDue } from '../../../src/services/support/ring-due.ts';
import { useDatabase } from '../../support/database.ts';
import { paper, storePapers, storeSubscriber } from '../../support/rows.ts';
import { doorbell } from '../doorbell.ts';

const database = useDatabase();
const NOW = new Date('2026-05-08T07:00:00Z');

beforeEach(() => database.empty());

describe('What a dead worker held', () => {
  it('is rung for before all that waits, under an id that no ring in line can have', async () => {
    const { db } = database;
    await storePapers(db, [paper({ usableOn: '2026-05-08' })]);
    await storeSubscriber(db, {});
    const { digest } = await composeDigest(db, { kind: 'daily', date: '2026-05-08', now: NOW });
    const digestId = digest?.id ?? 0;
    const leaseId = await openLease(db, 'gone');
    await claimBatch(db, { digestId, batch: 0, leaseId, now: NOW });
    const queue = doorbell();
    await ringDue({ db, queue }, NOW);
    const inLine = queue.rings.map(({ id }) => id);
    await database.database.pool.query(
      `UPDATE leases SET expires_at = clock_timestamp() - interval '1 s'`,
    );
    queue.rings.length = 0;
    const sweep = await ringDue({ db, queue }, NOW);
    expect(sweep).toMatchObject({ batches: 1, pending: 1, unknown: 0 });
    const [first] = queue.rings;
    expect(first).toMatchObject({ data: { digestId, batch: 0 }, isFirst: true });
    expect(inLine).toHaveLength(1);
    expect(inLine).not.toContain(first?.id);
  });
});
