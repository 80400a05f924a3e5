import { memoisePair } from '../memoise.ts';
import { chooseBylineAuthors } from '../papers/byline.ts';
import type { Paper } from '../papers/paper.ts';
import { countWords, showPaper } from '../text/shown-text.ts';
import { type DisplayFormat, layOutPapers } from './digest-layout.ts';

/** Reading speed of somebody in no hurry. */
export const WORDS_PER_MINUTE = 230;

/** Typical length of a reason. */
const REASON_WORDS = 9;

/** Length of `12 upvotes` and `et al.`, and of `19 March 2026`. */
const WORDS_PER_COUNT = 2;
const WORDS_PER_DATE = 3;

/** Estimates the words that a digest shows of these papers, in this order.
 *  @param paperIndexes at least one
 *  @param darkHorse its position among them, or null */
export type ShownWordCounter = (
  paperIndexes: readonly number[],
  darkHorse: number | null,
) => number;

/** The words that a digest shows of a paper in a format, without its reason. Those of a summary are
 *  counted for all: without it another sentence is shown. */
export function countShownWords(paper: Paper, format: DisplayFormat): number {
  const { text, figure, summary, keywords } = showPaper(paper, format, { showsSummaries: true });
  const quote = format === 'brief' ? '' : (figure?.quote ?? '');
  return (
    countWords([paper.title, text, quote, summary?.text ?? '', ...keywords]) +
    countBylineWords(paper)
  );
}

/** `Ada and Alan, 19 March 2026, 12 upvotes, 2 comments`. Counted from the facts, since a number of
 *  papers must not depend on the language of the mail. */
function countBylineWords(paper: Paper): number {
  const { names, hasOthers, count } = chooseBylineAuthors(paper);
  return (
    countWords(names) +
    (names.length > 1 ? 1 : 0) +
    (hasOthers ? WORDS_PER_COUNT : 0) +
    (count !== null && count > 0 ? WORDS_PER_COUNT : 0) +
    (paper.publishedOn === null ? 0 : WORDS_PER_DATE) +
    countWords([paper.details.venue ?? '']) +
    (paper.upvotes > 0 ? WORDS_PER_COUNT : 0) +
    (paper.comments > 0 ? WORDS_PER_COUNT : 0)
  );
}

/** Counts each paper once for each format. */
export function createShownWordCounter(papers: readonly Paper[]): ShownWordCounter {
  const counter = (format: DisplayFormat) => {
    const counts = new Uint32Array(papers.length);
    return (paperIndex: number): number => {
      if (counts[paperIndex] === 0) {
        counts[paperIndex] = REASON_WORDS + countShownWords(papers[paperIndex] as Paper, format);
      }
      return counts[paperIndex] as number;
    };
  };
  const story = counter('story');
  const words = { lead: counter('lead'), story, darkHorse: story, brief: counter('brief') };
  const layOutMemoised = memoisePair(layOutPapers);
  return (paperIndexes, darkHorse) => {
    let sum = 0;
    for (const { selectionIndex: at, format } of layOutMemoised(paperIndexes.length, darkHorse)) {
      sum += words[format](paperIndexes[at] as number);
    }
    return sum;
  };
}
