import { eq, type SQL, sql } from 'drizzle-orm';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import type { Db } from '../client.ts';
import { papers } from '../schema.ts';
import { MOST_DISCUSSED_FIRST, NEWEST_FIRST, PAPER_COLUMNS } from './paper-columns.ts';

/** Conditions on papers; all given ones must hold. */
export interface PaperFilter {
  /** `YYYY-MM-DD`. */
  date?: string;
  /** Slug. */
  topic?: string;
  /** `websearch_to_tsquery` text. */
  text?: string;
}

/** The papers to list: those that match a filter, or those found before. */
type PaperCriteria = PaperFilter | (FoundPaperIds & { text: string });

type BrowseFilter = Omit<PaperFilter, 'text'>;

interface FoundPaperIds {
  ids: readonly string[];
}

/** Order and range of a list. */
export interface PaperRange {
  order: 'newest' | 'discussed' | 'relevance';
  limit: number;
  offset: number;
}

/**
 * Counts the papers of a day and a topic, up to `maxCount`: counting all would take longer than
 * showing the page.
 */
export async function countPapers(db: Db, filter: BrowseFilter, maxCount: number): Promise<number> {
  const result = await db.execute<{ count: number }>(sql`
    SELECT count(*)::int AS count FROM (SELECT FROM ${buildCountClause(filter)} LIMIT ${maxCount}) AS found`);
  return result.rows[0]?.count ?? 0;
}

/**
 * Ids of the papers that match the filter, the newest first, at most `maxCount`: finding all papers
 * with “model” would take longer than showing the page.
 */
export async function findPaperIds(
  db: Db,
  filter: PaperFilter,
  maxCount: number,
): Promise<string[]> {
  const result = await db.execute<{ id: string }>(sql`
    SELECT papers.id FROM ${buildFromClause(filter)} ORDER BY ${buildOrderBy(filter, 'newest')} LIMIT ${maxCount}`);
  return result.rows.map(({ id }) => id);
}

/** The papers in the given range. */
export async function listPapers(
  db: Db,
  criteria: PaperCriteria,
  { order, limit, offset }: PaperRange,
): Promise<TopicPaper[]> {
  const orderBy = buildOrderBy(criteria, order);
  // Select the ids first, so that papers before the range are not read.
  const chosen = sql`(
    SELECT papers.id, row_number() OVER (ORDER BY ${orderBy}) AS place FROM ${buildFromClause(criteria)}
    ORDER BY ${orderBy} LIMIT ${limit} OFFSET ${offset}) AS chosen`;
  return db
    .select(PAPER_COLUMNS)
    .from(papers)
    .innerJoin(chosen, eq(papers.id, sql`chosen.id`))
    .orderBy(sql`chosen.place`);
}

/** The rows to count; those of a topic come from the index alone. */
function buildCountClause(filter: BrowseFilter): SQL {
  const { date, topic } = filter;
  if (topic === undefined) return buildFromClause(filter);
  const ofDay = date === undefined ? sql`` : sql`AND listed_on = ${date}`;
  return sql`paper_topics WHERE topic_slug = ${topic} AND is_shown ${ofDay}`;
}

/** Tables and conditions. */
function buildFromClause(criteria: PaperCriteria): SQL {
  if ('ids' in criteria) return sql`papers WHERE id = ANY(${sql.param([...criteria.ids])}::text[])`;
  const { date, topic, text } = criteria;
  const conditions = [sql`true`];
  if (topic !== undefined) conditions.push(sql`topic_slug = ${topic} AND is_shown`);
  // paper_topics has a copy of the day, which is in the index of a topic's newest papers.
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
