import { formatDate, formatLongDate, formatQuantity } from '../../domain/text/format.ts';
import { digestHref } from '../pages/hrefs.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { DigestView } from '../pages/views.ts';
import { buildPaperModel, LIST_EXCERPT } from '../papers/paper-model.ts';

/** One digest, its papers in the order in which they were frozen. */
export function buildDigestPage(view: DigestView, layouts: PageLayouts) {
  const { base } = layouts;
  const { kind, date, number, papers, total } = view;
  const title = kind === 'weekly' ? `The week before ${formatDate(date)}` : formatLongDate(date);
  const linkToNeighbour = (day: string | null) =>
    day === null ? null : { text: formatDate(day), href: digestHref(base, { kind, date: day }) };
  return {
    layout: layouts.create({
      title: `${title}, No. ${number}`,
      description: `The ${kind} edition of ${formatDate(date)}: ${formatQuantity(total, 'paper')}, in the order of that morning.`,
      publicPath: digestHref('', { kind, date }),
    }),
    title,
    summary: `${kind === 'weekly' ? 'Weekly' : 'Daily'} No. ${number}. ${formatQuantity(total, 'paper')}, in the order of that morning. Readers get their own choice of them.`,
    papers: papers
      .slice(0, MAX_PAPERS_WITH_SENTENCES)
      .map((paper) => buildPaperModel(paper, { base, room: LIST_EXCERPT })),
    titles: papers
      .slice(MAX_PAPERS_WITH_SENTENCES, MAX_PAPERS_ON_PAGE)
      .map((paper) => buildPaperModel(paper, { base, room: LIST_EXCERPT })),
    hasTitles: papers.length > MAX_PAPERS_WITH_SENTENCES,
    unlisted:
      total > MAX_PAPERS_ON_PAGE
        ? formatQuantity(total - MAX_PAPERS_ON_PAGE, 'further paper')
        : null,
    isEmpty: papers.length === 0,
    previous: linkToNeighbour(view.previous),
    next: linkToNeighbour(view.next),
  };
}

/** Bounds that keep the page of a very full day below 60 KB: sentences for the first papers, titles
 *  for the others. */
const MAX_PAPERS_WITH_SENTENCES = 40;
export const MAX_PAPERS_ON_PAGE = 100;
