import { memoisePair } from '../memoise.ts';
import type { Paper } from '../papers/paper.ts';
import { describePaper } from '../text/format.ts';
import { countWords, showAbstract } from '../text/shown-text.ts';
import { type DisplayFormat, layOutPapers } from './digest-layout.ts';

/** Of a reader who does not hurry. */
export const WORDS_PER_MINUTE = 230;

/** About those of one reason. */
const REASON_WORDS = 9;

/** About how many words a mail shows of the papers at these places of a list, at least one, in this order;
 *  `darkHorse` is which of them stands apart, null when none does. */
export type ShownWordCounter = (places: readonly number[], darkHorse: number | null) => number;

/** How many words a mail shows of a paper that stands there as a `form`, but for its reason. */
export function countShownWords(paper: Paper, format: DisplayFormat): number {
  const { text, figure } = showAbstract(paper.abstract, format);
  const quote = format === 'brief' ? '' : (figure?.quote ?? '');
  return countWords([paper.title, describePaper(paper), text, quote]);
}

/** Each paper's words are counted once for each form. */
export function createShownWordCounter(papers: readonly Paper[]): ShownWordCounter {
  const counter = (format: DisplayFormat) => {
    const counts = new Uint32Array(papers.length);
    return (place: number): number => {
      if (counts[place] === 0) {
        counts[place] = REASON_WORDS + countShownWords(papers[place] as Paper, format);
      }
      return counts[place] as number;
    };
  };
  const story = counter('story');
  const words = { lead: counter('lead'), story, darkHorse: story, brief: counter('brief') };
  const layOutMemoised = memoisePair(layOutPapers);
  return (places, darkHorse) => {
    let sum = 0;
    for (const { selectionIndex: at, format } of layOutMemoised(places.length, darkHorse)) {
      sum += words[format](places[at] as number);
    }
    return sum;
  };
}
