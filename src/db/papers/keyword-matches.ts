import { between, sql } from 'drizzle-orm';
import type { SearchWords } from '../../domain/keywords/keyword-pattern.ts';
import type { Paper } from '../../domain/papers/paper.ts';
import type { Db } from '../client.ts';
import { papers } from '../schema.ts';

/** Papers that may mention a keyword: they contain its words, perhaps in another form. */
type KeywordCandidates = {
  /** False if the keyword contains nothing to search for, only stop words. */
  isSearchable: boolean;
  /** Number of all candidates. */
  count: number;
  /** Some of them, chosen without regard to their date or text. */
  sample: Pick<Paper, 'title' | 'abstract'>[];
};

interface DayRange {
  first: string;
  last: string;
}

/** For each keyword, the papers listed from `first` to `last` that may mention it. `sampleSize` is
 *  the most papers returned for one keyword. */
export async function listKeywordCandidates(
  db: Db,
  keywords: ReadonlyMap<string, SearchWords>,
  { first, last, sampleSize }: DayRange & { sampleSize: number },
): Promise<Map<string, KeywordCandidates>> {
  if (keywords.size === 0) return new Map();
  const searches = [...keywords.values()];
  const result = await db.execute<{ keyword: string } & KeywordCandidates>(sql`
    WITH wanted AS MATERIALIZED (
      SELECT keyword, CASE WHEN is_phrase
          THEN phraseto_tsquery('english', search) ELSE plainto_tsquery('english', search)
        END AS query
      FROM unnest(
        ${sql.param([...keywords.keys()])}::text[],
        ${sql.param(searches.map(({ text }) => text))}::text[],
        ${sql.param(searches.map(({ isPhrase }) => isPhrase))}::boolean[]
      ) AS given (keyword, search, is_phrase)
    )
    SELECT keyword, numnode(plainto_tsquery('english', keyword)) > 0 AS "isSearchable", (
      SELECT count(*)::int FROM papers
      WHERE listed_on BETWEEN ${first} AND ${last} AND words @@ query
    ) AS count, (
      SELECT coalesce(jsonb_agg(jsonb_build_object('title', title, 'abstract', abstract)), '[]')
      FROM (
        SELECT title, abstract FROM papers
        WHERE listed_on BETWEEN ${first} AND ${last} AND words @@ query
        ORDER BY md5(id) LIMIT ${sampleSize}
      ) AS sampled
    ) AS sample
    FROM wanted`);
  return new Map(result.rows.map(({ keyword, ...candidates }) => [keyword, candidates]));
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
    WHERE numnode(plainto_tsquery('english', keyword)) = 0`);
  return result.rows.map(({ keyword }) => keyword);
}
