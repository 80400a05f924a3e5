import { describePaper } from './describe.ts';
import { type Form, layOut } from './layout.ts';
import { memoisePair } from './memoise.ts';
import type { Paper } from './paper.ts';
import { countWords, showAbstract } from './shown-text.ts';

/** Of a reader who does not hurry. */
export const WORDS_PER_MINUTE = 230;

/** About those of one reason. */
const WORDS_OF_REASON = 9;

/** About how many words a mail shows of the papers at these places of a list, at least one, in this order;
 *  `darkHorse` is which of them stands apart, null when none does. */
export type ShownWords = (places: readonly number[], darkHorse: number | null) => number;

/** How many words a mail shows of a paper that stands there as a `form`, but for its reason. */
export function shownWordsOf(paper: Paper, form: Form): number {
  const { text, figure } = showAbstract(paper.abstract, form);
  const quote = form === 'brief' ? '' : (figure?.quote ?? '');
  return countWords([paper.title, describePaper(paper), text, quote]);
}

/** Each paper's words are counted once for each form. */
export function createShownWords(papers: readonly Paper[]): ShownWords {
  const counter = (form: Form) => {
    const counts = new Uint32Array(papers.length);
    return (place: number): number => {
      if (counts[place] === 0) {
        counts[place] = WORDS_OF_REASON + shownWordsOf(papers[place] as Paper, form);
      }
      return counts[place] as number;
    };
  };
  const story = counter('story');
  const words = { lead: counter('lead'), story, darkHorse: story, brief: counter('brief') };
  const layOutOnce = memoisePair(layOut);
  return (places, darkHorse) => {
    let sum = 0;
    for (const { at, form } of layOutOnce(places.length, darkHorse)) {
      sum += words[form](places[at] as number);
    }
    return sum;
  };
}
