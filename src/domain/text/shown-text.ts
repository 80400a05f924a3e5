import type { DisplayFormat } from '../digests/digest-layout.ts';
import { findKeyResult, isTellingFigure, type KeyResult } from '../papers/key-result.ts';
import { findKeySentences } from '../papers/key-sentences.ts';
import type { Paper } from '../papers/paper.ts';
import type { PaperSummary } from '../papers/source-details.ts';
import { takeFirstSentences } from './sentences.ts';

/** The part of an abstract that is shown: whole sentences, unchanged. */
interface ShownText {
  text: string;
  /** The result as a large number with its words, which the text then leaves out; null without such
   *  a number. In a brief, a number of the text that is set in bold. */
  figure: KeyResult | null;
}

/** What a digest shows of a paper below its byline. */
interface ShownPaper extends ShownText {
  /** The source's own, with its author; null where none is shown. */
  summary: PaperSummary | null;
  keywords: readonly string[];
}

/**
 * What a digest shows of a paper in a format. The source's summary takes the place of one sentence;
 * keywords have room in a lead only.
 */
export function showPaper(
  { title, abstract, details }: Pick<Paper, 'title' | 'abstract' | 'details'>,
  format: DisplayFormat,
  { showsSummaries }: { showsSummaries: boolean },
): ShownPaper {
  const given = showsSummaries && format !== 'brief' ? details.summary : null;
  const summary = given && { ...given, text: takeFirstSentences(given.text, SUMMARY_LIMITS) };
  return {
    ...showAbstract({ title, abstract }, format, { sentencesLess: summary === null ? 0 : 1 }),
    summary,
    keywords: format === 'lead' ? details.keywords.slice(0, MAX_KEYWORDS) : [],
  };
}

/**
 * The sentences of an abstract that a mail and its web view show in a format: what the paper does,
 * then its result as far as there is room, then the sentences that explain the first. Nothing is
 * shown twice: a result that is told by its number is not repeated as a sentence.
 */
export function showAbstract(
  paper: { title: string; abstract: string },
  format: DisplayFormat,
  { sentencesLess = 0 }: { sentencesLess?: number } = {},
): ShownText {
  const { sentences, contribution, result } = findKeySentences(paper);
  const figure = findFigure(sentences, format === 'brief' ? [contribution] : [result]);
  const isToldByFigure = format !== 'brief' && figure !== null;
  const text = joinSentences(sentences, {
    first: contribution,
    others: [isToldByFigure ? null : result, contribution + 1, contribution + 2],
    unwanted: isToldByFigure ? result : null,
    maxSentences: LIMITS[format].maxSentences - sentencesLess,
    maxLength: LIMITS[format].maxLength,
  });
  return { text, figure };
}

/** Number of words in `texts`. */
export function countWords(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + (text.match(/\S+/g)?.length ?? 0), 0);
}

/** The number of one of the sentences, if it is short and large enough to stand alone. */
function findFigure(
  sentences: readonly string[],
  indexes: readonly (number | null)[],
): KeyResult | null {
  const text = indexes.map((at) => (at === null ? '' : (sentences[at] ?? ''))).join(' ');
  const found = text === '' ? null : findKeyResult(text);
  if (found === null || found.figure.length > MAX_FIGURE) return null;
  return isTellingFigure(found.figure) ? found : null;
}

interface SentenceChoice {
  /** Shown even if it is too long. */
  first: number;
  /** Indexes of what may follow, the most wanted first. */
  others: readonly (number | null)[];
  unwanted: number | null;
  maxSentences: number;
  /** In characters. */
  maxLength: number;
}

function joinSentences(sentences: readonly string[], choice: SentenceChoice): string {
  const { first, others, unwanted, maxSentences, maxLength } = choice;
  const chosen = new Set([first]);
  let length = sentences[first]?.length ?? 0;
  for (const at of others) {
    const sentence = at === null || at === unwanted ? undefined : sentences[at];
    if (at === null || sentence === undefined || chosen.size >= maxSentences) continue;
    if (chosen.has(at) || length + 1 + sentence.length > maxLength) continue;
    chosen.add(at);
    length += 1 + sentence.length;
  }
  return sentences.filter((_, at) => chosen.has(at)).join(' ');
}

const LIMITS = {
  lead: { maxSentences: 3, maxLength: 420 },
  story: { maxSentences: 2, maxLength: 320 },
  darkHorse: { maxSentences: 2, maxLength: 320 },
  brief: { maxSentences: 1, maxLength: 400 },
} as const satisfies Record<DisplayFormat, { maxSentences: number; maxLength: number }>;

const SUMMARY_LIMITS = { most: 2, maxLength: 320 };
const MAX_KEYWORDS = 5;

/** In characters. */
const MAX_FIGURE = 24;
