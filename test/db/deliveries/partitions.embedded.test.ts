import { sql } from 'drizzle-orm';
import { expect, it } from 'vitest';
import type { Db } from '../../../src/db/client.ts';
import { openLease } from '../../../src/db/deliveries/leases.ts';
import { getPartition } from '../../../src/db/deliveries/partitions.ts';
import { claimBatch } from '../../../src/db/deliveries/transitions/claim.ts';
import { recordAttempts } from '../../../src/db/deliveries/transitions/record-attempts.ts';
import type { Selection } from '../../../src/domain/digests/digest.ts';
import { buildPaperOf, useDigestFixture } from '../../services/digests/digest-fixture.ts';
import { FRIDAY } from '../../support/clock.ts';
import { storeManySubscribers, storePapers } from '../../support/rows.ts';

const SUBSCRIBERS = 200;
/** Results in one commit. */
const GROUP = 8;
const { compose, database } = useDigestFixture();

/** The page of each delivery, by its subscriber. */
async function pagesOf(db: Db, digestId: number): Promise<Map<number, string>> {
  const { rows } = await db.execute<{ id: string; page: string }>(sql`
    SELECT subscriber_id AS id, (ctid::text::point)[0]::text AS page FROM ${getPartition(digestId)}`);
  return new Map(rows.map(({ id, page }) => [Number(id), page]));
}

const SELECTION: Selection = Array.from({ length: 12 }, (_, rank) => ({
  rank,
  reason: {
    remark: { kind: 'leading', topic: 'efficiency', paperCount: rank },
    match: { kind: 'keywords', keywords: ['quantization of large models'] },
  },
}));

// On a server, open transactions of other tests keep old rows from being pruned, in any database.
it('A delivery stays in its page from pending to sent', async () => {
  const { db, pool } = database.database;
  await storePapers(db, [buildPaperOf(FRIDAY, 'a')]);
  await storeManySubscribers(db, { count: SUBSCRIBERS, papers: 12 });
  const { digest } = await compose('daily', FRIDAY);
  const digestId = digest?.id ?? 0;
  const before = await pagesOf(db, digestId);
  const now = new Date('2026-05-08T07:00:00Z');
  const leaseId = await openLease(db, 'test');
  const claimed = await claimBatch(db, { digestId, batch: 0, leaseId, now });
  const ids = claimed.map(({ subscriberId }) => subscriberId);
  expect(ids.length).toBe(SUBSCRIBERS);
  for (let at = 0; at < ids.length + GROUP; at += GROUP) {
    const results = ids.slice(Math.max(0, at - GROUP), at).map((subscriberId) => ({
      ...{ subscriberId, leaseId, attempts: 1, state: 'sent' as const, relay: '' },
      ...{ relay: 'relay.example.org:25', reply: '250 2.0.0 Ok: queued as 4F2A1C' },
    }));
    const next = ids.slice(at, at + GROUP).map((subscriberId) => ({
      ...{ subscriberId, leaseId, attempts: 1, selection: SELECTION, messageDate: now },
      messageId: `<${'0'.repeat(32)}@papers.example.org>`,
    }));
    expect((await recordAttempts(pool, digestId, { results, next, now })).unrecorded).toEqual([]);
  }
  const after = await pagesOf(db, digestId);
  const moved = ids.filter((id) => after.get(id) !== before.get(id));
  expect(moved).toEqual([]);
});
