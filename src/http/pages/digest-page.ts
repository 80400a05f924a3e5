import { countOf, describeDay, describeLongDay } from '../../domain/describe.ts';
import type { Frames } from './frame.ts';
import { digestHref } from './hrefs.ts';
import { INDEX_ROOM, paperModel } from './paper-model.ts';
import type { DigestView } from './views.ts';

/** One digest, its papers in the order in which they were frozen. */
export function digestPage(view: DigestView, frames: Frames) {
  const { base } = frames;
  const { kind, date, number, papers, total } = view;
  const title = kind === 'weekly' ? `The week before ${describeDay(date)}` : describeLongDay(date);
  const neighbour = (day: string | null) =>
    day === null ? null : { text: describeDay(day), href: digestHref(base, { kind, date: day }) };
  return {
    frame: frames.of({
      title: `${title}, No. ${number}`,
      description: `The ${kind} edition of ${describeDay(date)}: ${countOf(total, 'paper')}, in the order of that morning.`,
      publicPath: digestHref('', { kind, date }),
    }),
    title,
    summary: `${kind === 'weekly' ? 'Weekly' : 'Daily'} No. ${number}. ${countOf(total, 'paper')}, in the order of that morning. Readers get their own choice of them.`,
    papers: papers
      .slice(0, WITH_SENTENCES)
      .map((paper) => paperModel(paper, { base, room: INDEX_ROOM })),
    titles: papers
      .slice(WITH_SENTENCES, MOST_PAPERS)
      .map((paper) => paperModel(paper, { base, room: INDEX_ROOM })),
    hasTitles: papers.length > WITH_SENTENCES,
    unlisted: total > MOST_PAPERS ? countOf(total - MOST_PAPERS, 'further paper') : null,
    isEmpty: papers.length === 0,
    previous: neighbour(view.previous),
    next: neighbour(view.next),
  };
}

/** Bounds that keep the page of a very full day below 60 KB: sentences for the first papers, titles
 *  for the others. */
const WITH_SENTENCES = 40;
export const MOST_PAPERS = 100;
