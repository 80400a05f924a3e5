import type { Db } from '../db/client.ts';
import { countKeywords, listBylines } from '../db/phrases.ts';
import { createNameMatches } from '../domain/names.ts';
import { countedDays, WEEKS_COUNTED } from './support/average-week.ts';

/** Papers of an average week for each keyword and each name; null for a keyword of which nothing can be
 *  searched. */
export async function countPhrases(
  db: Db,
  { keywords, names }: { keywords: readonly string[]; names: readonly string[] },
  now: Date,
): Promise<{ keywords: Map<string, number | null>; names: Map<string, number> }> {
  const days = countedDays(now);
  const said = await countKeywords(db, keywords, days);
  const matches = createNameMatches(names.length === 0 ? [] : await listBylines(db, days));
  return {
    keywords: new Map(
      [...said].map(([word, { isSearchable, papers }]) => [
        word,
        isSearchable ? papers / WEEKS_COUNTED : null,
      ]),
    ),
    names: new Map(names.map((name) => [name, matches(name).size / WEEKS_COUNTED])),
  };
}

export { listUnsearchable } from '../db/phrases.ts';
