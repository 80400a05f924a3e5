import { sql } from 'drizzle-orm';
import type { MatchEvidence } from '../../domain/topics/topic-match.ts';
import type { Db } from '../client.ts';
import { paperTopics } from '../schema.ts';

/** What a paper and a topic have in common. */
interface PaperTopicEvidence extends MatchEvidence {
  paperId: string;
  slug: string;
}

/**
 * Compares the papers with every topic that is not retired; pairs without anything in common are
 * left out. The queries of a topic that is defined by categories decide only about papers without
 * any category that defines a topic.
 */
export async function listTopicEvidence(
  db: Db,
  paperIds: readonly string[],
): Promise<PaperTopicEvidence[]> {
  const { rows } = await db.execute<PaperTopicEvidence & Record<string, unknown>>(sql`
    WITH topic AS MATERIALIZED (
      SELECT slug, categories, category_role, websearch_to_tsquery('english', query) AS query,
             websearch_to_tsquery('english', title_query) AS title_query
      FROM topics WHERE status <> 'retired'
    ), defining AS MATERIALIZED (
      SELECT coalesce(array_agg(category), '{}') AS categories
      FROM topic, unnest(categories) AS category WHERE category_role = 'define'
    ), paper AS MATERIALIZED (
      SELECT id, words, ts_filter(words, '{a}') AS title_words, papers.categories,
             papers.categories && defining.categories AS is_defined
      FROM papers, defining WHERE id = ANY(${sql.param([...paperIds])}::text[])
    ), compared AS (
      SELECT paper.id AS "paperId", topic.slug, topic.category_role AS "categoryRole",
             CASE WHEN paper.words @@ topic.query THEN ts_rank(paper.words, topic.query) ELSE 0 END AS "textScore",
             paper.title_words @@ topic.title_query AS "isTitleMatch",
             CASE WHEN topic.category_role = 'none' THEN NULL
                  WHEN paper.categories[1] = ANY (topic.categories) THEN 'primary'
                  WHEN paper.categories && topic.categories THEN 'other' END AS category
      FROM paper CROSS JOIN topic
      WHERE topic.category_role <> 'define' OR NOT paper.is_defined OR paper.categories && topic.categories
    )
    SELECT * FROM compared WHERE "textScore" > 0 OR "isTitleMatch" OR category IS NOT NULL`);
  return rows;
}

/** A topic that a paper matches. */
interface PaperTopicRow {
  paperId: string;
  slug: string;
  score: number;
  /** It is one of the topics that are shown with the paper. */
  isShown: boolean;
}

/** Replaces the topics of these papers. */
export async function replacePaperTopics(
  db: Db,
  paperIds: readonly string[],
  rows: readonly PaperTopicRow[],
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
