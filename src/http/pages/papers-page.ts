import { countOf, describeDay, describeLongDay } from '../../domain/describe.ts';
import { foundModel } from './found-model.ts';
import type { Frames } from './frame.ts';
import { papersHref } from './hrefs.ts';
import { paperModel, READING_ROOM } from './paper-model.ts';
import { topicsBar } from './topics-bar.ts';
import type { LatestDay, PapersView } from './views.ts';
import { dayLink, weekModel } from './week.ts';

/** The papers of a day, on a topic or with words of the reader's, page by page. */
export function papersPage(view: PapersView, frames: Frames) {
  const { base } = frames;
  const topic = view.topic?.slug ?? null;
  const hrefOf = (page: number) => papersHref(base, { ...view, topic, page });
  const title = titleOf(view);
  const isSearch = view.q !== null;
  return {
    frame: frames.of({
      title,
      description: `${title}: ${countOf(view.total, 'research paper')}${view.isMore ? ' and more' : ''}.`,
      // Searches are without end, and nothing that others should find.
      ...(!isSearch && { publicPath: hrefOf(view.page).slice(base.length) }),
    }),
    title: view.day !== null && topic === null ? describeLongDay(view.day.day) : title,
    // The bar of a day's topics tells the same.
    result: view.day === null ? resultOf(view) : null,
    papers: isSearch
      ? []
      : view.papers.map((paper) => paperModel(paper, { base, room: READING_ROOM })),
    found: isSearch ? view.papers.map((paper) => foundModel(paper, view.said, base)) : [],
    isSearch,
    isEmpty: view.papers.length === 0,
    emptySentence: emptySentence(view),
    everythingHref: papersHref(base, { date: view.latest?.day ?? null }),
    everythingText: view.latest ? `The papers of ${describeDay(view.latest.day)}` : 'All papers',
    action: `${base}/papers`,
    q: view.q ?? '',
    date: view.date ?? '',
    topics: view.allTopics.map(({ slug, name }) => ({ slug, name, isChosen: slug === topic })),
    place: placeOf(view),
    previous: view.page > 1 ? hrefOf(view.page - 1) : null,
    next: view.hasNext ? hrefOf(view.page + 1) : null,
    day: dayModel(view, base),
  };
}

/** The week around a day, its topics, and the days before and after it. */
function dayModel({ day, topic }: PapersView, base: string) {
  if (day === null) return null;
  const allHref = papersHref(base, { date: day.day });
  return {
    week: weekModel(day, base),
    topicsBar:
      day.totalPapers === 0
        ? null
        : topicsBar(day, { selected: topic?.slug ?? null, allHref, base }),
    previous: dayLink(base, day.previous),
    next: dayLink(base, day.next),
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

const ORDERS = {
  newest: 'the newest day first',
  discussed: 'the most discussed first',
  relevance: 'the best match first',
} satisfies Record<PapersView['order'], string>;

function resultOf({ total, isMore, order, q }: PapersView): string | null {
  if (total === 0) return null;
  const count = isMore ? `More than ${countOf(total, 'paper')}` : countOf(total, 'paper');
  const advice = isMore && q !== null ? ' A further word narrows them down.' : '';
  return `${count}, ${ORDERS[order]}.${advice}`;
}

function placeOf({ page, pages, hasNext }: PapersView): string | null {
  if (pages === null) return `Page ${page}`;
  return pages > 1 || hasNext ? `Page ${page} of ${pages}` : null;
}

/** `No paper says “perpetual motion”. 49 came today, 4 of them on Theory.` */
function emptySentence({ date, topic, q, latest, isIdle, total }: PapersView): string {
  if (q !== null && isIdle) {
    return `Nothing is found by “${spoken(q)}”: words that every text says are not looked for.`;
  }
  if (total > 0) return 'There is nothing on this page: the papers end before it.';
  const where = [topic ? ` on ${topic.name}` : '', date ? ` of ${describeDay(date)}` : ''].join('');
  const says = q ? ` says “${spoken(q)}”` : ' is here';
  return `No paper${where}${says}.${latest ? ` ${latestSentence(latest, topic?.name ?? null)}` : ''}`;
}

function latestSentence({ day, isToday, count, onTopic }: LatestDay, topic: string | null): string {
  const when = isToday ? 'today' : `on ${describeDay(day)}`;
  const part = topic === null || onTopic === null ? '' : `, ${onTopic} of them on ${topic}`;
  return `${count} came ${when}${part}.`;
}
