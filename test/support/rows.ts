import { sql } from 'drizzle-orm';
import type { Db } from '../../src/db/client.ts';
import { savePapers } from '../../src/db/papers/papers.ts';
import { replacePaperTopics } from '../../src/db/topics/paper-topics.ts';
import type { Paper } from '../../src/domain/papers/paper.ts';
import { NO_DETAILS } from '../../src/domain/papers/source-details.ts';
import { DEFAULT_PREFERENCES, type Subscriber } from '../../src/domain/subscribers/subscriber.ts';

let count = 0;

/** A paper of the seed day. */
export function buildPaper(changes: Partial<Paper> = {}): Paper {
  count += 1;
  return {
    id: `test:${count}`,
    source: 'test',
    title: `Paper ${count}: On Testing`,
    abstract: 'We present a paper. It improves throughput by up to 1.35x.',
    authors: [],
    authorCount: 3,
    organization: null,
    publishedOn: '2026-05-01',
    listedOn: '2026-05-08',
    usableOn: '2026-05-08',
    upvotes: 0,
    comments: 0,
    url: null,
    codeUrl: null,
    categories: [],
    details: NO_DETAILS,
    ...changes,
  };
}

/** Stores papers, each with its topics, which all have the same good score. */
export async function storePapers(
  db: Db,
  list: readonly (Paper & { slugs?: string[] })[],
): Promise<void> {
  const stored = list.map(({ slugs: _slugs, ...each }) => each);
  await savePapers(db, stored, new Date('2026-05-08T04:00:00Z'));
  await replacePaperTopics(
    db,
    list.map(({ id }) => id),
    list.flatMap(({ id, slugs = [] }) =>
      slugs.map((slug) => ({ paperId: id, slug, score: 0.3, isShown: true })),
    ),
  );
}

/** Stores a subscriber, by default an active one. Returns the id. */
export async function storeSubscriber(db: Db, changes: Partial<Subscriber> = {}): Promise<number> {
  count += 1;
  const subscriber = {
    ...DEFAULT_PREFERENCES,
    email: `reader${count}@example.org`,
    status: 'active',
    pausedUntil: null,
    ...changes,
  };
  const now = new Date('2026-05-01T00:00:00Z');
  const result = await db.execute<{ id: string }>(sql`
    INSERT INTO subscribers (email, email_key, status, topics, topics_only, shows_summaries, keywords, frequency, timezone, hour, papers,
      names, muted_topics, minutes, relevance_threshold, allows_clicks, paused_until, created_at, confirmed_at, updated_at)
    VALUES (${subscriber.email}, ${subscriber.email.toLowerCase()}, ${subscriber.status}, ${sql.param(subscriber.topics)},
      ${subscriber.topicsOnly}, ${subscriber.showsSummaries}, ${sql.param(subscriber.keywords)}, ${subscriber.frequency}, ${subscriber.timezone}, ${subscriber.hour}, ${subscriber.papers},
      ${sql.param(subscriber.names)}, ${sql.param(subscriber.mutedTopics)}, ${subscriber.minutes}, ${subscriber.relevanceThreshold},
      ${subscriber.allowsClicks}, ${subscriber.pausedUntil}, ${now}, ${now}, ${now})
    RETURNING id`);
  return Number(result.rows[0]?.id);
}

/** Stores active subscribers `1@example.org`, `2@example.org`, …, who are due at 07:00 UTC. */
export async function storeManySubscribers(
  db: Db,
  { count: subscriberCount, papers }: { count: number; papers: number },
): Promise<void> {
  const now = new Date('2026-05-01T00:00:00Z');
  await db.execute(sql`
    INSERT INTO subscribers (email, email_key, status, topics, keywords, frequency, timezone, hour,
      papers, created_at, updated_at)
    SELECT n || '@example.org', n || '@example.org', 'active', '{}', '{}', 'daily', 'UTC', 7,
      ${papers}::int, ${now}::timestamptz, ${now}::timestamptz
    FROM generate_series(1, ${subscriberCount}::int) AS n`);
}

/** The number of rows of a table. */
export async function countRows(db: Db, table: string): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(
    sql.raw(`SELECT count(*)::int AS count FROM ${table}`),
  );
  return rows[0]?.count ?? 0;
}

/**
 * Updates the batches after a test changed deliveries directly: a batch is claimed while one of its
 * deliveries is, due when its first delivery is, and will be counted again.
 */
export async function syncBatchesWithDeliveries(db: Db): Promise<void> {
  await db.execute(sql`
    UPDATE batches SET
      states = NULL,
      lease_id = (SELECT max(lease_id) FROM deliveries
        WHERE deliveries.digest_id = batches.digest_id AND deliveries.batch = batches.batch),
      due_at = (SELECT min(next_at) FROM deliveries
        WHERE deliveries.digest_id = batches.digest_id AND deliveries.batch = batches.batch
          AND state IN ('pending', 'deferred')),
      expires_at = (SELECT min(expires_at) FROM deliveries
        WHERE deliveries.digest_id = batches.digest_id AND deliveries.batch = batches.batch
          AND state IN ('pending', 'deferred'))`);
}
