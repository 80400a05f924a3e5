import { countOf, describeAuthors, describeDay } from '../../domain/describe.ts';
import { splitTitle } from '../../domain/headline.ts';
import type { Paper } from '../../domain/paper.ts';
import { firstSentences } from '../../domain/sentences.ts';
import { paperHref } from './hrefs.ts';

/** A paper as lists show it. */
export interface PaperModel {
  href: string;
  name: string;
  deck: string | null;
  /** Who, when, how discussed: only what is known. */
  byline: string[];
  /** The abstract's own first sentences. */
  sentences: string;
}

/** How much of the abstract a place has room for. */
export interface Room {
  most: number;
  /** Characters. */
  maxLength: number;
}

/** In a list that is looked through. */
export const INDEX_ROOM: Room = { most: 1, maxLength: 240 };
/** In a list that is read: why a paper was found, what came of a day. */
export const READING_ROOM: Room = { most: 2, maxLength: 320 };

/** The paper in the words that a list has room for. */
export function paperModel(paper: Paper, { base, room }: { base: string; room: Room }): PaperModel {
  return { ...headOf(paper, base), sentences: firstSentences(paper.abstract, room) };
}

/** The same without the abstract. */
export function headOf(paper: Paper, base: string): Omit<PaperModel, 'sentences'> {
  return {
    href: paperHref(base, paper.id),
    ...splitTitle(paper.title),
    byline: bylineOf(paper),
  };
}

/** `["5 authors", "19 March 2026", "2 comments"]`; unknown and zero are left out. */
export function bylineOf(paper: Paper): string[] {
  return [
    describeAuthors(paper),
    paper.publishedOn === null ? '' : describeDay(paper.publishedOn),
    paper.comments > 0 ? countOf(paper.comments, 'comment') : '',
  ].filter((part) => part !== '');
}
