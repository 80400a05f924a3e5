import { lazy, memoise } from '../memoise.ts';
import type { Paper } from '../papers/paper.ts';
import { foldPlural } from '../ranking/terms.ts';
import { createKeywordPattern, type KeywordMatch } from './keyword-pattern.ts';
import { listWords } from './words.ts';

/** The papers that mention a keyword, by their indexes in a list. */
type KeywordLookup = (keyword: string) => ReadonlyMap<number, KeywordMatch>;

/** Most cached keywords: subscribers choose them, so there is no limit to them. */
const MAX_CACHED_KEYWORDS = 20_000;

const NO_MATCHES: ReadonlyMap<number, KeywordMatch> = new Map();
const NO_PAPERS: readonly number[] = [];

/**
 * Finds the papers that mention a keyword literally (`createKeywordPattern`). Reads only the papers
 * that contain the keyword's rarest word, and each keyword is looked up once.
 */
export function createKeywordLookup(
  papers: readonly Pick<Paper, 'title' | 'abstract'>[],
): KeywordLookup {
  const index = lazy(() => indexWords(papers));
  return memoise((keyword) => {
    const pattern = createKeywordPattern(keyword);
    if (pattern === null) return NO_MATCHES;
    const candidates = pattern.words
      .map((word) => index().get(word) ?? NO_PAPERS)
      .reduce((rarest, each) => (each.length < rarest.length ? each : rarest));
    const matches = new Map<number, KeywordMatch>();
    for (const paperIndex of candidates) {
      const paper = papers[paperIndex];
      const match = paper === undefined ? null : pattern.find(paper);
      if (match !== null) matches.set(paperIndex, match);
    }
    return matches;
  }, MAX_CACHED_KEYWORDS);
}

/** For each word, in lower case and with its plural folded, the papers that contain it. */
function indexWords(papers: readonly Pick<Paper, 'title' | 'abstract'>[]): Map<string, number[]> {
  const index = new Map<string, number[]>();
  for (const [paperIndex, { title, abstract }] of papers.entries()) {
    for (const { word } of listWords(`${title}\n${abstract}`.toLowerCase())) {
      const folded = foldPlural(word);
      const list = index.get(folded);
      if (list === undefined) index.set(folded, [paperIndex]);
      else if (list.at(-1) !== paperIndex) list.push(paperIndex);
    }
  }
  return index;
}
