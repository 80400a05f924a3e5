import { formatDate, formatLongDate } from '../../copy/en/format.ts';
import { DIGESTS_COPY } from '../../copy/en/pages/digests.ts';
import type { Digest } from '../../domain/digests/digest.ts';
import type { ArchivedDigest } from '../../services/digests/read-digest.ts';
import { digestHref } from '../pages/hrefs.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import { buildPaperModel } from '../papers/paper-model.ts';

/** One digest, its papers in the order in which they were frozen. */
export function buildDigestPage(view: ArchivedDigest, layouts: PageLayouts) {
  const { base } = layouts;
  const { digest, papers } = view;
  const { kind, date, number, papers: total } = digest;
  const title = describeDigestDay(digest);
  const linkToNeighbour = (day: string | null) =>
    day === null ? null : { text: formatDate(day), href: digestHref(base, { kind, date: day }) };
  return {
    layout: layouts.create({
      title: DIGESTS_COPY.titleWithNumber(title, number),
      description: DIGESTS_COPY.digestDescription({ kind, day: formatDate(date), total }),
      publicPath: digestHref('', { kind, date }),
    }),
    title,
    summary: DIGESTS_COPY.summary({ kind, number, total }),
    papers: papers
      .slice(0, MAX_PAPERS_WITH_SENTENCES)
      .map((paper) => buildPaperModel(paper, { base, format: 'brief' })),
    titles: papers
      .slice(MAX_PAPERS_WITH_SENTENCES, MAX_PAPERS_ON_PAGE)
      .map((paper) => buildPaperModel(paper, { base, format: 'brief' })),
    hasTitles: papers.length > MAX_PAPERS_WITH_SENTENCES,
    unlisted: total > MAX_PAPERS_ON_PAGE ? DIGESTS_COPY.unlisted(total - MAX_PAPERS_ON_PAGE) : null,
    isEmpty: papers.length === 0,
    previous: linkToNeighbour(view.previous),
    next: linkToNeighbour(view.next),
  };
}

/** `Friday, 8 May 2026`, or `The week before 11 May 2026`. */
export function describeDigestDay({ kind, date }: Pick<Digest, 'kind' | 'date'>): string {
  return kind === 'weekly' ? DIGESTS_COPY.weekBefore(formatDate(date)) : formatLongDate(date);
}

/** Keeps the page of a very full day below 60 KB: the first papers have sentences, the others only
 *  titles. */
const MAX_PAPERS_WITH_SENTENCES = 40;
export const MAX_PAPERS_ON_PAGE = 100;
