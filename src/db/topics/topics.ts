import { eq, sql } from 'drizzle-orm';
import { TITLE_MATCH_SCORE, type Topic } from '../../domain/topics/topic.ts';
import type { Db } from '../client.ts';
import { paperTopics, topics } from '../schema.ts';

const COLUMNS = {
  slug: topics.slug,
  name: topics.name,
  categories: topics.categories,
  query: topics.query,
  titleQuery: topics.titleQuery,
};

/** All topics in display order. */
export async function listTopics(db: Db): Promise<Topic[]> {
  return db.select(COLUMNS).from(topics).orderBy(topics.position);
}

/** Names of the topics by slug. */
export async function listTopicNames(db: Db): Promise<ReadonlyMap<string, string>> {
  const rows = await db.select({ slug: topics.slug, name: topics.name }).from(topics);
  return new Map(rows.map(({ slug, name }) => [slug, name]));
}

/** The topic with that slug, or null. */
export async function findTopic(db: Db, slug: string): Promise<Topic | null> {
  const [topic] = await db.select(COLUMNS).from(topics).where(eq(topics.slug, slug));
  return topic ?? null;
}

/** Stores topics by slug; their order is the display order. */
export async function saveTopics(db: Db, list: readonly Topic[]): Promise<void> {
  if (list.length === 0) return;
  await db
    .insert(topics)
    .values(list.map((topic, position) => ({ ...topic, position })))
    .onConflictDoUpdate({
      target: topics.slug,
      set: {
        name: sql`excluded.name`,
        position: sql`excluded.position`,
        categories: sql`excluded.categories`,
        query: sql`excluded.query`,
        titleQuery: sql`excluded.title_query`,
      },
    });
}

/** A topic that a paper matches. */
export interface TopicMatch {
  paperId: string;
  slug: string;
  /** Full-text rank, plus a constant for a match in the title. */
  score: number;
}

/** Every topic that the stored papers match. */
export async function matchTopics(db: Db, paperIds: readonly string[]): Promise<TopicMatch[]> {
  const result = await db.execute<{ paperId: string; slug: string; score: number }>(sql`
    WITH topic AS MATERIALIZED (
      SELECT slug,
             websearch_to_tsquery('english', query) AS query,
             websearch_to_tsquery('english', title_query) AS title_query
      FROM topics
    ), paper AS MATERIALIZED (
      SELECT id, words, ts_filter(words, '{a}') AS title_words
      FROM papers WHERE id = ANY(${sql.param([...paperIds])}::text[])
    ), matched AS (
      SELECT paper.id AS "paperId", topic.slug,
             CASE WHEN paper.words @@ topic.query THEN ts_rank(paper.words, topic.query) ELSE 0 END
             + CASE WHEN paper.title_words @@ topic.title_query
                    THEN ${TITLE_MATCH_SCORE}::float4 ELSE 0 END AS score
      FROM paper CROSS JOIN topic
    )
    SELECT "paperId", slug, score FROM matched WHERE score > 0`);
  return result.rows;
}

/** A match of a paper, and whether it is one of the topics that are shown. */
interface AssignedTopic extends TopicMatch {
  isShown: boolean;
}

/** Replaces the topics of these papers. */
export async function replacePaperTopics(
  db: Db,
  paperIds: readonly string[],
  rows: readonly AssignedTopic[],
): Promise<void> {
  await db.delete(paperTopics).where(sql`paper_id = ANY(${sql.param([...paperIds])}::text[])`);
  if (rows.length === 0) return;
  await db.execute(sql`
    INSERT INTO paper_topics (paper_id, topic_slug, score, is_shown, listed_on)
    SELECT row.paper_id, row.slug, row.score, row.is_shown, papers.listed_on
    FROM unnest(${sql.param(rows.map(({ paperId }) => paperId))}::text[],
                ${sql.param(rows.map(({ slug }) => slug))}::text[],
                ${sql.param(rows.map(({ score }) => score))}::real[],
                ${sql.param(rows.map(({ isShown }) => isShown))}::boolean[])
      AS row (paper_id, slug, score, is_shown)
    JOIN papers ON papers.id = row.paper_id`);
}

/** All topics in display order, each with its number of papers listed on the days given, both ends
 *  included, or on all days when null. */
export async function listTopicCounts(
  db: Db,
  days: { first: string; last: string } | null,
): Promise<(Topic & { count: number })[]> {
  // One subquery per topic follows the order of the index.
  const within = days === null ? sql`` : sql`AND listed_on BETWEEN ${days.first} AND ${days.last}`;
  const count = sql<number>`(
    SELECT count(*)::int FROM paper_topics WHERE topic_slug = topics.slug AND is_shown ${within})`;
  return db
    .select({ ...COLUMNS, count })
    .from(topics)
    .orderBy(topics.position);
}
