import type { Db } from '../../db/client.ts';
import { listAuthors, listKeywordCandidates } from '../../db/papers/keyword-matches.ts';
import { createKeywordPattern, toSearchWords } from '../../domain/keywords/keyword-pattern.ts';
import { createNameLookup } from '../../domain/ranking/name-lookup.ts';
import { AVERAGED_WEEKS, averagedDays } from './average-week.ts';

/** Of a keyword with more candidates, only so many are read, and the number is an estimate. */
const SAMPLE_SIZE = 300;

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
  const searches = new Map(keywords.map((keyword) => [keyword, toSearchWords(keyword)]));
  const candidates = await listKeywordCandidates(db, searches, {
    ...days,
    sampleSize: SAMPLE_SIZE,
  });
  const matches = createNameLookup(names.length === 0 ? [] : await listAuthors(db, days));
  return {
    keywords: new Map(
      [...candidates].map(([keyword, { isSearchable, count, sample }]) => {
        const pattern = createKeywordPattern(keyword);
        if (!isSearchable || pattern === null) return [keyword, null];
        const mentions = sample.filter((paper) => pattern.find(paper) !== null).length;
        const scale = sample.length === 0 ? 1 : count / sample.length;
        return [keyword, Math.round(mentions * scale) / AVERAGED_WEEKS];
      }),
    ),
    names: new Map(names.map((name) => [name, matches(name).size / AVERAGED_WEEKS])),
  };
}
