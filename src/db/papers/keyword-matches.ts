import { between, sql } from 'drizzle-orm';
import type { Paper } from '../../domain/papers/paper.ts';
import type { Db } from '../client.ts';
import { papers } from '../schema.ts';

/** A keyword as a full-text query. */
interface KeywordMatchCount {
  /** False if it contains nothing to search for, only stop words. */
  isSearchable: boolean;
  /** Number of papers in the period that contain it. */
  papers: number;
}

interface DayRange {
  first: string;
  last: string;
}

/** Counts the papers listed from `first` to `last` that contain each keyword. */
export async function countKeywords(
  db: Db,
  keywords: readonly string[],
  { first, last }: DayRange,
): Promise<Map<string, KeywordMatchCount>> {
  if (keywords.length === 0) return new Map();
  const result = await db.execute<{ keyword: string; isSearchable: boolean; papers: number }>(sql`
    WITH wanted AS MATERIALIZED (
      SELECT keyword, websearch_to_tsquery('english', keyword) AS query
      FROM unnest(${sql.param([...keywords])}::text[]) AS keyword
    )
    SELECT keyword, numnode(query) > 0 AS "isSearchable", (
      SELECT count(*)::int FROM papers
      WHERE listed_on BETWEEN ${first} AND ${last} AND words @@ query
    ) AS papers
    FROM wanted`);
  return new Map(result.rows.map(({ keyword, ...count }) => [keyword, count]));
}

/** The authors and organisations of the papers listed from `first` to `last`. */
export async function listAuthors(
  db: Db,
  { first, last }: DayRange,
): Promise<Pick<Paper, 'authors' | 'organization'>[]> {
  return db
    .select({ authors: papers.authors, organization: papers.organization })
    .from(papers)
    .where(between(papers.listedOn, first, last));
}

/** The keywords that contain nothing to search for, only stop words. */
export async function listUnsearchableKeywords(
  db: Db,
  keywords: readonly string[],
): Promise<string[]> {
  if (keywords.length === 0) return [];
  const result = await db.execute<{ keyword: string }>(sql`
    SELECT keyword FROM unnest(${sql.param([...keywords])}::text[]) AS keyword
    WHERE numnode(websearch_to_tsquery('english', keyword)) = 0`);
  return result.rows.map(({ keyword }) => keyword);
}

/** For each keyword, the indexes in `paperIds` of the papers that contain it. */
export async function matchKeywordsInPapers(
  db: Db,
  paperIds: readonly string[],
  keywords: readonly string[],
): Promise<Map<string, Set<number>>> {
  const matches = new Map<string, Set<number>>(keywords.map((keyword) => [keyword, new Set()]));
  if (keywords.length === 0) return matches;
  const result = await db.execute<{ keyword: string; place: number }>(sql`
    WITH wanted AS MATERIALIZED (
      SELECT keyword, websearch_to_tsquery('english', keyword) AS query
      FROM unnest(${sql.param([...keywords])}::text[]) AS keyword
    )
    SELECT keyword, (place - 1)::int AS place
    FROM unnest(${sql.param([...paperIds])}::text[]) WITH ORDINALITY AS given (id, place)
    JOIN papers USING (id) JOIN wanted ON words @@ query`);
  for (const { keyword, place } of result.rows) matches.get(keyword)?.add(place);
  return matches;
}
