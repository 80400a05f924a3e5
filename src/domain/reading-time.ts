import { describePaper } from './describe.ts';
import type { Paper } from './paper.ts';
import { firstSentences } from './sentences.ts';

/** Of a reader who does not hurry. */
export const WORDS_PER_MINUTE = 230;

/** How much of its abstract a mail shows of a paper: the lead most, stories less, briefs one sentence. */
const SHOWN = {
  lead: { most: 3, maxLength: 520 },
  story: { most: 2, maxLength: 360 },
  brief: { most: 1, maxLength: 400 },
} as const;
type Depth = keyof typeof SHOWN;

const WORDS_OF_REASON = 9;

/** Up to so many papers are a lead and briefs (LOOK: edition); of more, the four after the lead are stories,
 *  the dark horse among them. */
const LONGEST_SHORT_EDITION = 5;
const LAST_STORY = 4;

/** About how many words a mail shows of the papers at these places of a list, at least one, in this order:
 *  title, byline, reason and the sentences that their rank in the mail has room for. */
export type ShownWords = (places: readonly number[]) => number;

/** Each paper's words are counted once. */
export function createShownWords(papers: readonly Paper[]): ShownWords {
  const counter = (depth: Depth) => {
    const counts = new Uint32Array(papers.length);
    return (place: number): number => {
      if (counts[place] === 0) counts[place] = shownWords(papers[place] as Paper, depth);
      return counts[place] as number;
    };
  };
  const [lead, story, brief] = [counter('lead'), counter('story'), counter('brief')];
  return (places) => {
    const lastStory = places.length <= LONGEST_SHORT_EDITION ? 0 : LAST_STORY;
    let words = lead(places[0] as number);
    for (let at = 1; at < places.length; at += 1) {
      const place = places[at] as number;
      words += at <= lastStory ? story(place) : brief(place);
    }
    return words;
  };
}

function shownWords(paper: Paper, depth: Depth): number {
  const texts = [paper.title, describePaper(paper), firstSentences(paper.abstract, SHOWN[depth])];
  return texts.reduce((sum, text) => sum + countWords(text), WORDS_OF_REASON);
}

function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}
