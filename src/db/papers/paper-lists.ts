import { eq, type SQL, sql } from 'drizzle-orm';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import type { Db } from '../client.ts';
import { papers } from '../schema.ts';
import { MOST_DISCUSSED_FIRST, NEWEST_FIRST, PAPER_COLUMNS } from './paper-columns.ts';

/** What a list of papers is narrowed to; all given conditions hold together. */
export interface PaperFilter {
  /** `YYYY-MM-DD`. */
  date?: string;
  /** Slug. */
  topic?: string;
  /** `websearch_to_tsquery` text. */
  text?: string;
}

/** What papers are listed: as a filter lets them through, or of those found before. */
export type PaperCriteria = PaperFilter | (FoundPaperIds & { text: string });

type BrowseFilter = Omit<PaperFilter, 'text'>;

interface FoundPaperIds {
  ids: readonly string[];
}

/** Which of them: `order` and a stretch of it. */
export interface PaperRange {
  order: 'newest' | 'discussed' | 'relevance';
  limit: number;
  offset: number;
}

/** How many papers of a day and a topic there are, but no more than `most`: to count all would take longer
 *  than to answer. */
export async function countPapers(db: Db, filter: BrowseFilter, maxCount: number): Promise<number> {
  const result = await db.execute<{ count: number }>(sql`
    SELECT count(*)::int AS count FROM (SELECT FROM ${buildCountClause(filter)} LIMIT ${maxCount}) AS found`);
  return result.rows[0]?.count ?? 0;
}

/** Ids of the papers that the filter lets through, the newest first, but no more than `most`: to find all that
 *  say “model” would take longer than to answer. */
export async function findPaperIds(
  db: Db,
  filter: PaperFilter,
  maxCount: number,
): Promise<string[]> {
  const result = await db.execute<{ id: string }>(sql`
    SELECT papers.id FROM ${buildFromClause(filter)} ORDER BY ${buildOrderBy(filter, 'newest')} LIMIT ${maxCount}`);
  return result.rows.map(({ id }) => id);
}

/** A stretch of these papers. */
export async function listPapers(
  db: Db,
  criteria: PaperCriteria,
  { order, limit, offset }: PaperRange,
): Promise<TopicPaper[]> {
  const orderBy = buildOrderBy(criteria, order);
  // First which, then what stands in them: nothing is read of the papers before the stretch.
  const chosen = sql`(
    SELECT papers.id, row_number() OVER (ORDER BY ${orderBy}) AS place FROM ${buildFromClause(criteria)}
    ORDER BY ${orderBy} LIMIT ${limit} OFFSET ${offset}) AS chosen`;
  return db
    .select(PAPER_COLUMNS)
    .from(papers)
    .innerJoin(chosen, eq(papers.id, sql`chosen.id`))
    .orderBy(sql`chosen.place`);
}

/** What is counted: of a topic the index alone tells. */
function buildCountClause(filter: BrowseFilter): SQL {
  const { date, topic } = filter;
  if (topic === undefined) return buildFromClause(filter);
  const ofDay = date === undefined ? sql`` : sql`AND listed_on = ${date}`;
  return sql`paper_topics WHERE topic_slug = ${topic} ${ofDay}`;
}

/** Tables and conditions. */
function buildFromClause(criteria: PaperCriteria): SQL {
  if ('ids' in criteria) return sql`papers WHERE id = ANY(${sql.param([...criteria.ids])}::text[])`;
  const { date, topic, text } = criteria;
  const conditions = [sql`true`];
  if (topic !== undefined) conditions.push(sql`topic_slug = ${topic}`);
  // The topic's own copy of the day is in the index by which its newest papers are found.
  if (date !== undefined && topic !== undefined)
    conditions.push(sql`paper_topics.listed_on = ${date}`);
  if (date !== undefined) conditions.push(sql`papers.listed_on = ${date}`);
  if (text !== undefined) conditions.push(sql`words @@ ${buildTsQuery(text)}`);
  const tables =
    topic === undefined
      ? sql`papers`
      : sql`paper_topics JOIN papers ON papers.id = paper_topics.paper_id`;
  return sql`${tables} WHERE ${sql.join(conditions, sql` AND `)}`;
}

function buildOrderBy(criteria: PaperCriteria, order: PaperRange['order']): SQL {
  if (order === 'discussed') return MOST_DISCUSSED_FIRST;
  if (order === 'relevance')
    return sql`ts_rank(words, ${buildTsQuery(criteria.text ?? '')}) DESC, ${MOST_DISCUSSED_FIRST}`;
  const isByTopic = 'topic' in criteria && criteria.topic !== undefined;
  return isByTopic ? sql`paper_topics.listed_on DESC, ${MOST_DISCUSSED_FIRST}` : NEWEST_FIRST;
}

function buildTsQuery(text: string): SQL {
  return sql`websearch_to_tsquery('english', ${text})`;
}
