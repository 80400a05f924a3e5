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

/** Which of them: `order` and a stretch of it. */
export interface PaperStretch {
  order: 'newest' | 'discussed' | 'relevance';
  limit: number;
  offset: number;
}

/** How many papers the filter lets through, but no more than `most`: to count all papers that say
 *  “model” would take longer than to answer. */
export async function countPapers(db: Db, filter: PaperFilter, most: number): Promise<number> {
  const result = await db.execute<{ count: number }>(sql`
    SELECT count(*)::int AS count FROM (SELECT FROM ${countedIn(filter)} LIMIT ${most}) AS found`);
  return result.rows[0]?.count ?? 0;
}

/** A stretch of the papers that the filter lets through. */
export async function listPapers(
  db: Db,
  filter: PaperFilter,
  { order, limit, offset }: PaperStretch,
): Promise<TopicPaper[]> {
  const by = orderOf(filter, order);
  // First which, then what stands in them: nothing is read of the papers before the stretch.
  const chosen = sql`(
    SELECT papers.id, row_number() OVER (ORDER BY ${by}) AS place FROM ${sourceOf(filter)}
    ORDER BY ${by} LIMIT ${limit} OFFSET ${offset}) AS chosen`;
  return db
    .select(COLUMNS)
    .from(papers)
    .innerJoin(chosen, eq(papers.id, sql`chosen.id`))
    .orderBy(sql`chosen.place`);
}

/** What is counted: of a topic without words the index alone tells. */
function countedIn(filter: PaperFilter): SQL {
  const { date, topic, text } = filter;
  if (topic === undefined || text !== undefined) return sourceOf(filter);
  const ofDay = date === undefined ? sql`` : sql`AND listed_on = ${date}`;
  return sql`paper_topics WHERE topic_slug = ${topic} ${ofDay}`;
}

/** Tables and conditions. */
function sourceOf({ date, topic, text }: PaperFilter): SQL {
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

function orderOf({ topic, text }: PaperFilter, order: PaperStretch['order']): SQL {
  if (order === 'discussed') return DISCUSSED;
  if (order === 'relevance') return sql`ts_rank(words, ${queryOf(text ?? '')}) DESC, ${DISCUSSED}`;
  return topic === undefined ? NEWEST : sql`paper_topics.listed_on DESC, ${DISCUSSED}`;
}

function queryOf(text: string): SQL {
  return sql`websearch_to_tsquery('english', ${text})`;
}
