import type { Paper } from '../../domain/papers/paper.ts';
import { splitTitle } from '../../domain/papers/split-title.ts';
import { containsAnyWord, type HighlightSegment, highlight } from '../../domain/text/highlight.ts';
import { splitSentences, takeFirstSentences } from '../../domain/text/sentences.ts';
import { paperHref } from '../pages/hrefs.ts';
import { buildByline } from './paper-model.ts';

/** A search result with its matches highlighted. */
interface SearchResultModel {
  href: string;
  name: HighlightSegment[];
  deck: HighlightSegment[] | null;
  byline: string[];
  sentences: HighlightSegment[];
}

/** A search result with the sentences that match. */
export function buildSearchResultModel(
  paper: Paper,
  matchedWords: ReadonlySet<string>,
  base: string,
): SearchResultModel {
  const { name, deck } = splitTitle(paper.title);
  return {
    href: paperHref(base, paper.id),
    name: highlight(name, matchedWords),
    deck: deck === null ? null : highlight(deck, matchedWords),
    byline: buildByline(paper),
    sentences: highlight(extractSnippet(paper.abstract, matchedWords), matchedWords),
  };
}

/** In characters. */
const SEARCH_EXCERPT = { most: 2, maxLength: 320 };

/** The abstract from its first sentence with a match on, else from its beginning. */
function extractSnippet(abstract: string, matchedWords: ReadonlySet<string>): string {
  return takeFirstSentences(abstract.slice(findFirstMatch(abstract, matchedWords)), SEARCH_EXCERPT);
}

function findFirstMatch(abstract: string, matchedWords: ReadonlySet<string>): number {
  for (const { start, text } of splitSentences(abstract))
    if (containsAnyWord(text, matchedWords)) return start;
  return 0;
}
