import { describeAuthors, formatDate, formatQuantity } from '../../copy/en/format.ts';
import type { Paper } from '../../domain/papers/paper.ts';
import { splitTitle } from '../../domain/papers/split-title.ts';
import { takeFirstSentences } from '../../domain/text/sentences.ts';
import { paperHref } from '../pages/hrefs.ts';

/** A paper in a list. */
interface PaperModel {
  href: string;
  name: string;
  deck: string | null;
  /** Authors, date and discussion, as far as known. */
  byline: string[];
  /** The first sentences of the abstract. */
  sentences: string;
}

/** The maximum length of an excerpt of the abstract. */
interface ExcerptLimit {
  most: number;
  /** In characters. */
  maxLength: number;
}

/** For lists that are skimmed. */
export const LIST_EXCERPT: ExcerptLimit = { most: 1, maxLength: 240 };
/** For search results and the papers of a day. */
export const SEARCH_EXCERPT: ExcerptLimit = { most: 2, maxLength: 320 };

/** A paper with an excerpt of its abstract. */
export function buildPaperModel(
  paper: Paper,
  { base, excerpt }: { base: string; excerpt: ExcerptLimit },
): PaperModel {
  return {
    ...buildPaperHeading(paper, base),
    sentences: takeFirstSentences(paper.abstract, excerpt),
  };
}

/** A paper without its abstract. */
export function buildPaperHeading(paper: Paper, base: string): Omit<PaperModel, 'sentences'> {
  return {
    href: paperHref(base, paper.id),
    ...splitTitle(paper.title),
    byline: buildByline(paper),
  };
}

/** `["5 authors", "19 March 2026", "2 comments"]`; leaves out what is unknown or zero. */
export function buildByline(paper: Paper): string[] {
  return [
    describeAuthors(paper),
    paper.publishedOn === null ? '' : formatDate(paper.publishedOn),
    paper.comments > 0 ? formatQuantity(paper.comments, 'comment') : '',
  ].filter((part) => part !== '');
}
