import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openEmbeddedDatabase } from '../../src/db/client.ts';
import { listDueBatches } from '../../src/db/deliveries/batches.ts';
import { countDeliveries } from '../../src/db/deliveries/count-deliveries.ts';
import { findDelivery } from '../../src/db/deliveries/deliveries.ts';
import { countPapers, findPaperIds, listPapers } from '../../src/db/papers/paper-lists.ts';

let database: Database;

beforeAll(async () => {
  database = await openEmbeddedDatabase({ dump: null });
  await apply('0000_first_edition');
});
afterAll(() => database.close());

async function apply(name: string): Promise<void> {
  const file = new URL(`../../migrations/${name}.sql`, import.meta.url);
  for (const statement of (await readFile(file, 'utf8')).split('--> statement-breakpoint')) {
    await database.pool.query(statement);
  }
}

describe('From version 0.1.0 to this one', () => {
  it('every delivery keeps its state, but for those in the hands of a worker', async () => {
    await database.pool.query(`
      INSERT INTO digests (kind, date, number, composed_at, audience)
      VALUES ('daily', '2026-05-07', 1, '2026-05-07T05:30Z', 1), ('daily', '2026-05-08', 2, '2026-05-08T05:30Z', 456);
      INSERT INTO deliveries (digest_id, subscriber_id, state, send_at, next_at, attempts, updated_at)
      VALUES (1, 7, 'sent', '2026-05-07T07:00Z', '2026-05-07T07:00Z', 1, '2026-05-07T07:00Z');
      INSERT INTO deliveries (digest_id, subscriber_id, state, send_at, next_at, attempts, lease_id, updated_at, selection)
      SELECT 2, n,
        CASE WHEN n = 1 THEN 'claimed' WHEN n = 2 THEN 'sending' WHEN n = 3 THEN 'deferred' ELSE 'pending' END,
        CASE WHEN n <= 450 THEN '2026-05-08T07:00Z' ELSE '2026-05-08T08:00Z' END::timestamptz,
        CASE WHEN n <= 450 THEN '2026-05-08T07:00Z' ELSE '2026-05-08T08:00Z' END::timestamptz, 0,
        CASE WHEN n <= 2 THEN 1 END, '2026-05-08T05:30Z',
        CASE WHEN n = 3 THEN '[{"rank": 4, "reason": "Why."}]'::jsonb END
      FROM generate_series(1, 456) AS n;`);
    await apply('0001_sending_engine');
    await apply('0002_counted_batches');
    const now = new Date('2026-05-08T07:00:00Z');
    const { states } = await countDeliveries(database.db, 2, now);
    expect(states).toMatchObject({ pending: 454, unknown: 1, deferred: 1, claimed: 0, sending: 0 });
    expect((await countDeliveries(database.db, 1, now)).states).toMatchObject({ sent: 1 });
    const selection = [{ rank: 4, reason: 'Why.' }];
    expect(await findDelivery(database.db, 2, 3)).toMatchObject({ state: 'deferred', selection });
    const due = await listDueBatches(database.db, now);
    expect(due.map(({ digestId, batch }) => [digestId, batch])).toEqual([
      [2, 0],
      [2, 1],
      [2, 2],
    ]);
    const later = await listDueBatches(database.db, new Date('2026-05-08T08:00:00Z'));
    expect(later).toHaveLength(4);
  });

  it('every paper is found as before, by its words and by its topic', async () => {
    await database.pool.query(`
      INSERT INTO topics (slug, name, position, categories, query, title_query)
      VALUES ('birds', 'Birds', 1, '{}', 'swan', 'swan');
      INSERT INTO papers (id, source, title, abstract, authors, listed_on, usable_on, upvotes, comments, stored_at, updated_at)
      VALUES ('a', 'test', 'On swans', 'White.', '{}', '2026-05-07', '2026-05-07', 0, 0, now(), now());
      INSERT INTO paper_topics (paper_id, topic_slug, score) VALUES ('a', 'birds', 0.3);`);
    await apply('0003_readers_choice');
    const filter = { topic: 'birds', date: '2026-05-07', text: 'swan' };
    expect(await countPapers(database.db, filter, 9)).toBe(1);
    expect(await findPaperIds(database.db, filter, 9)).toEqual(['a']);
    const segment = { order: 'relevance', limit: 9, offset: 0 } as const;
    const [found] = await listPapers(database.db, filter, segment);
    expect(found).toMatchObject({ id: 'a', topics: [{ slug: 'birds', score: 0.3 }] });
  });
});
