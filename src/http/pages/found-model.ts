import { splitTitle } from '../../domain/headline.ts';
import { highlight, type Part, says } from '../../domain/highlight.ts';
import type { Paper } from '../../domain/paper.ts';
import { firstSentences, sentencesOf } from '../../domain/sentences.ts';
import { paperHref } from './hrefs.ts';
import { bylineOf, READING_ROOM } from './paper-model.ts';

/** A paper that was looked for: the words that found it are marked. */
export interface FoundModel {
  href: string;
  name: Part[];
  deck: Part[] | null;
  byline: string[];
  sentences: Part[];
}

/** A found paper in the sentences that tell why it was found. */
export function foundModel(paper: Paper, said: ReadonlySet<string>, base: string): FoundModel {
  const { name, deck } = splitTitle(paper.title);
  return {
    href: paperHref(base, paper.id),
    name: highlight(name, said),
    deck: deck === null ? null : highlight(deck, said),
    byline: bylineOf(paper),
    sentences: highlight(sentencesThatSay(paper.abstract, said), said),
  };
}

/** The abstract from the first sentence on that holds one of the words, else from its beginning. */
function sentencesThatSay(abstract: string, words: ReadonlySet<string>): string {
  return firstSentences(abstract.slice(startOfFirst(abstract, words)), READING_ROOM);
}

function startOfFirst(abstract: string, words: ReadonlySet<string>): number {
  for (const { start, text } of sentencesOf(abstract)) if (says(text, words)) return start;
  return 0;
}
