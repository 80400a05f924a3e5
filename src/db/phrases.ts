import { sql } from 'drizzle-orm';
import type { Db } from './client.ts';

/** What is known of a keyword as a full-text query. */
export interface KeywordCount {
  /** False when nothing of it can be searched, such as small words alone. */
  isSearchable: boolean;
  /** Papers of the days that say it. */
  papers: number;
}

interface Days {
  first: string;
  last: string;
}

/** How many of the papers listed from `first` to `last` say each keyword. */
export async function countKeywords(
  db: Db,
  keywords: readonly string[],
  { first, last }: Days,
): Promise<Map<string, KeywordCount>> {
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

/** How many of the papers listed from `first` to `last` each name is an author or organisation of. */
export async function countNames(
  db: Db,
  names: readonly string[],
  { first, last }: Days,
): Promise<Map<string, number>> {
  if (names.length === 0) return new Map();
  const result = await db.execute<{ name: string; papers: number }>(sql`
    SELECT name, count(papers.id)::int AS papers
    FROM unnest(${sql.param([...names])}::text[]) AS name
    LEFT JOIN papers ON listed_on BETWEEN ${first} AND ${last} AND (
      lower(organization) = lower(name)
      OR lower(name) IN (SELECT lower(author) FROM unnest(authors) AS author))
    GROUP BY name`);
  return new Map(result.rows.map(({ name, papers }) => [name, papers]));
}

/** Those of the keywords of which nothing can be searched, such as small words alone. */
export async function listUnsearchable(db: Db, keywords: readonly string[]): Promise<string[]> {
  if (keywords.length === 0) return [];
  const result = await db.execute<{ keyword: string }>(sql`
    SELECT keyword FROM unnest(${sql.param([...keywords])}::text[]) AS keyword
    WHERE numnode(websearch_to_tsquery('english', keyword)) = 0`);
  return result.rows.map(({ keyword }) => keyword);
}
