import { describeAuthors, formatDate, formatQuantity } from '../../copy/en/format.ts';
import type { DisplayFormat } from '../../domain/digests/digest-layout.ts';
import type { Paper } from '../../domain/papers/paper.ts';
import { splitTitle } from '../../domain/papers/split-title.ts';
import { showAbstract } from '../../domain/text/shown-text.ts';
import { paperHref } from '../pages/hrefs.ts';

/** A paper in a list. */
interface PaperModel {
  href: string;
  name: string;
  deck: string | null;
  /** Authors, date and discussion, as far as known. */
  byline: string[];
  /** The sentences of the abstract that say what the paper does. */
  sentences: string;
}

/** A paper with the sentences of its abstract that a digest would show in this format. */
export function buildPaperModel(
  paper: Paper,
  { base, format }: { base: string; format: DisplayFormat },
): PaperModel {
  return {
    ...buildPaperHeading(paper, base),
    sentences: showAbstract(paper, format).text,
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

/** `["Xu et al.", "19 March 2026", "ICML 2026", "2 comments"]`, without unknown or zero parts. */
export function buildByline(paper: Paper): string[] {
  return [
    describeAuthors(paper),
    paper.publishedOn === null ? '' : formatDate(paper.publishedOn),
    paper.details.venue ?? '',
    paper.comments > 0 ? formatQuantity(paper.comments, 'comment') : '',
  ].filter((part) => part !== '');
}
