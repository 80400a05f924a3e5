import type { Db } from '../../db/client.ts';
import { countKeywords, listAuthors } from '../../db/papers/keyword-matches.ts';
import { createNameLookup } from '../../domain/ranking/name-lookup.ts';
import { AVERAGED_WEEKS, averagedDays } from './average-week.ts';

/**
 * The papers per week, on average, for each keyword and each name; null for a keyword that contains
 * only stop words.
 */
export async function countPhrases(
  db: Db,
  { keywords, names }: { keywords: readonly string[]; names: readonly string[] },
  now: Date,
): Promise<{ keywords: Map<string, number | null>; names: Map<string, number> }> {
  const days = averagedDays(now);
  const keywordCounts = await countKeywords(db, keywords, days);
  const matches = createNameLookup(names.length === 0 ? [] : await listAuthors(db, days));
  return {
    keywords: new Map(
      [...keywordCounts].map(([keyword, { isSearchable, papers }]) => [
        keyword,
        isSearchable ? papers / AVERAGED_WEEKS : null,
      ]),
    ),
    names: new Map(names.map((name) => [name, matches(name).size / AVERAGED_WEEKS])),
  };
}
