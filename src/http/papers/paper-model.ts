import type { Paper } from '../../domain/papers/paper.ts';
import { splitTitle } from '../../domain/papers/split-title.ts';
import { describeAuthors, formatDate, formatQuantity } from '../../domain/text/format.ts';
import { takeFirstSentences } from '../../domain/text/sentences.ts';
import { paperHref } from '../pages/hrefs.ts';

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
export interface ExcerptLimit {
  most: number;
  /** Characters. */
  maxLength: number;
}

/** In a list that is looked through. */
export const LIST_EXCERPT: ExcerptLimit = { most: 1, maxLength: 240 };
/** In a list that is read: why a paper was found, what came of a day. */
export const SEARCH_EXCERPT: ExcerptLimit = { most: 2, maxLength: 320 };

/** The paper in the words that a list has room for. */
export function buildPaperModel(
  paper: Paper,
  { base, excerpt }: { base: string; excerpt: ExcerptLimit },
): PaperModel {
  return {
    ...buildPaperHeading(paper, base),
    sentences: takeFirstSentences(paper.abstract, excerpt),
  };
}

/** The same without the abstract. */
export function buildPaperHeading(paper: Paper, base: string): Omit<PaperModel, 'sentences'> {
  return {
    href: paperHref(base, paper.id),
    ...splitTitle(paper.title),
    byline: buildByline(paper),
  };
}

/** `["5 authors", "19 March 2026", "2 comments"]`; unknown and zero are left out. */
export function buildByline(paper: Paper): string[] {
  return [
    describeAuthors(paper),
    paper.publishedOn === null ? '' : formatDate(paper.publishedOn),
    paper.comments > 0 ? formatQuantity(paper.comments, 'comment') : '',
  ].filter((part) => part !== '');
}
