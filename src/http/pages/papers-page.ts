import { countOf, describeDay } from '../../domain/describe.ts';
import type { Frames } from './frame.ts';
import { papersHref } from './hrefs.ts';
import { paperModel } from './paper-model.ts';
import type { LatestDay, PapersView } from './views.ts';

/** The papers of a day, on a topic or with words of the reader's, page by page. */
export function papersPage(view: PapersView, frames: Frames) {
  const { base } = frames;
  const topic = view.topic?.slug ?? null;
  const hrefOf = (page: number) => papersHref(base, { ...view, topic, page });
  const title = titleOf(view);
  return {
    frame: frames.of({
      title,
      description: `${title}: ${countOf(view.total, 'research paper')}.`,
      publicPath: hrefOf(view.page).slice(base.length),
    }),
    title,
    result: resultOf(view),
    papers: view.papers.map((paper) => paperModel(paper, { base, room: ROOM })),
    isEmpty: view.papers.length === 0,
    emptySentence: emptySentence(view),
    everythingHref: papersHref(base, { date: view.latest?.day ?? null }),
    everythingText: view.latest ? `The papers of ${describeDay(view.latest.day)}` : 'All papers',
    action: `${base}/papers`,
    q: view.q ?? '',
    date: view.date ?? '',
    topics: view.allTopics.map(({ slug, name }) => ({ slug, name, isChosen: slug === topic })),
    place: view.pages > 1 ? `Page ${view.page} of ${view.pages}` : null,
    previous: view.page > 1 ? hrefOf(view.page - 1) : null,
    next: view.page < view.pages ? hrefOf(view.page + 1) : null,
  };
}

/** `Papers on Theory of 8 May 2026 that say “lossless”`. */
function titleOf({ date, topic, q }: PapersView): string {
  return [
    'Papers',
    topic ? ` on ${topic.name}` : '',
    date ? ` of ${describeDay(date)}` : '',
    q ? ` that say “${spoken(q)}”` : '',
  ].join('');
}

/** The words without the marks that make them a phrase: the sentence has its own. */
function spoken(q: string): string {
  return q.replaceAll('"', '');
}

function resultOf({ total, date, topic, q }: PapersView): string | null {
  if (total === 0) return null;
  const isEverything = !date && !topic && !q;
  return `${countOf(total, 'paper')}${isEverything ? ', the newest day first' : ', the most discussed first'}.`;
}

/** `No paper says “perpetual motion”. 49 came today, 4 of them on Theory.` */
function emptySentence({ date, topic, q, latest }: PapersView): string {
  const where = [topic ? ` on ${topic.name}` : '', date ? ` of ${describeDay(date)}` : ''].join('');
  const says = q ? ` says “${spoken(q)}”` : ' is here';
  return `No paper${where}${says}.${latest ? ` ${latestSentence(latest, topic?.name ?? null)}` : ''}`;
}

function latestSentence({ day, isToday, count, onTopic }: LatestDay, topic: string | null): string {
  const when = isToday ? 'today' : `on ${describeDay(day)}`;
  const part = topic === null || onTopic === null ? '' : `, ${onTopic} of them on ${topic}`;
  return `${count} came ${when}${part}.`;
}

const ROOM = { most: 1, maxLength: 240 };
