import { eq, type SQL, sql } from 'drizzle-orm';
import type { TopicPaper } from '../domain/paper.ts';
import type { Db } from './client.ts';
import { COLUMNS, DISCUSSED, NEWEST } from './paper-columns.ts';
import { papers } from './schema.ts';

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
export type Listed = PaperFilter | (FoundBefore & { text: string });

type UnsearchedFilter = Omit<PaperFilter, 'text'>;

interface FoundBefore {
  ids: readonly string[];
}

/** Which of them: `order` and a stretch of it. */
export interface PaperStretch {
  order: 'newest' | 'discussed' | 'relevance';
  limit: number;
  offset: number;
}

/** How many papers of a day and a topic there are, but no more than `most`: to count all would take longer
 *  than to answer. */
export async function countPapers(db: Db, filter: UnsearchedFilter, most: number): Promise<number> {
  const result = await db.execute<{ count: number }>(sql`
    SELECT count(*)::int AS count FROM (SELECT FROM ${countedIn(filter)} LIMIT ${most}) AS found`);
  return result.rows[0]?.count ?? 0;
}

/** Ids of the papers that the filter lets through, the newest first, but no more than `most`: to find all that
 *  say “model” would take longer than to answer. */
export async function findPapers(db: Db, filter: PaperFilter, most: number): Promise<string[]> {
  const result = await db.execute<{ id: string }>(sql`
    SELECT papers.id FROM ${sourceOf(filter)} ORDER BY ${orderOf(filter, 'newest')} LIMIT ${most}`);
  return result.rows.map(({ id }) => id);
}

/** A stretch of these papers. */
export async function listPapers(
  db: Db,
  listed: Listed,
  { order, limit, offset }: PaperStretch,
): Promise<TopicPaper[]> {
  const by = orderOf(listed, order);
  // First which, then what stands in them: nothing is read of the papers before the stretch.
  const chosen = sql`(
    SELECT papers.id, row_number() OVER (ORDER BY ${by}) AS place FROM ${sourceOf(listed)}
    ORDER BY ${by} LIMIT ${limit} OFFSET ${offset}) AS chosen`;
  return db
    .select(COLUMNS)
    .from(papers)
    .innerJoin(chosen, eq(papers.id, sql`chosen.id`))
    .orderBy(sql`chosen.place`);
}

/** What is counted: of a topic the index alone tells. */
function countedIn(filter: UnsearchedFilter): SQL {
  const { date, topic } = filter;
  if (topic === undefined) return sourceOf(filter);
  const ofDay = date === undefined ? sql`` : sql`AND listed_on = ${date}`;
  return sql`paper_topics WHERE topic_slug = ${topic} ${ofDay}`;
}

/** Tables and conditions. */
function sourceOf(listed: Listed): SQL {
  if ('ids' in listed) return sql`papers WHERE id = ANY(${sql.param([...listed.ids])}::text[])`;
  const { date, topic, text } = listed;
  const conditions = [sql`true`];
  if (topic !== undefined) conditions.push(sql`topic_slug = ${topic}`);
  // The topic's own copy of the day is in the index by which its newest papers are found.
  if (date !== undefined && topic !== undefined)
    conditions.push(sql`paper_topics.listed_on = ${date}`);
  if (date !== undefined) conditions.push(sql`papers.listed_on = ${date}`);
  if (text !== undefined) conditions.push(sql`words @@ ${queryOf(text)}`);
  const tables =
    topic === undefined
      ? sql`papers`
      : sql`paper_topics JOIN papers ON papers.id = paper_topics.paper_id`;
  return sql`${tables} WHERE ${sql.join(conditions, sql` AND `)}`;
}

function orderOf(listed: Listed, order: PaperStretch['order']): SQL {
  if (order === 'discussed') return DISCUSSED;
  if (order === 'relevance')
    return sql`ts_rank(words, ${queryOf(listed.text ?? '')}) DESC, ${DISCUSSED}`;
  const isByTopic = 'topic' in listed && listed.topic !== undefined;
  return isByTopic ? sql`paper_topics.listed_on DESC, ${DISCUSSED}` : NEWEST;
}

function queryOf(text: string): SQL {
  return sql`websearch_to_tsquery('english', ${text})`;
}
