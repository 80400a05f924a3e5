import { formatDate, formatLongDate, formatQuantity } from '../../domain/text/format.ts';
import { papersHref } from '../pages/hrefs.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { LatestDayView, PapersView } from '../pages/views.ts';
import { buildTopicsBar } from '../topics/topics-bar.ts';
import { buildPaperModel, SEARCH_EXCERPT } from './paper-model.ts';
import { buildSearchResultModel } from './search-result.ts';
import { buildWeekModel, linkToDay } from './week.ts';

/** The papers of a day, on a topic or with words of the reader's, page by page. */
export function buildPapersPage(view: PapersView, layouts: PageLayouts) {
  const { base } = layouts;
  const topic = view.topic?.slug ?? null;
  const hrefOf = (page: number) => papersHref(base, { ...view, topic, page });
  const title = describePapersQuery(view);
  const isSearch = view.q !== null;
  return {
    layout: layouts.create({
      title,
      description: `${title}: ${formatQuantity(view.total, 'research paper')}${view.isTruncated ? ' and more' : ''}.`,
      // Searches are without end, and nothing that others should find.
      ...(!isSearch && { publicPath: hrefOf(view.page).slice(base.length) }),
    }),
    title: view.day !== null && topic === null ? formatLongDate(view.day.day) : title,
    // The bar of a day's topics tells the same.
    result: view.day === null ? describeResultCount(view) : null,
    papers: isSearch
      ? []
      : view.papers.map((paper) => buildPaperModel(paper, { base, room: SEARCH_EXCERPT })),
    results: isSearch
      ? view.papers.map((paper) => buildSearchResultModel(paper, view.matchedWords, base))
      : [],
    isSearch,
    isEmpty: view.papers.length === 0,
    emptyText: describeEmptyResult(view),
    everythingHref: papersHref(base, { date: view.latest?.day ?? null }),
    everythingText: view.latest ? `The papers of ${formatDate(view.latest.day)}` : 'All papers',
    action: `${base}/papers`,
    q: view.q ?? '',
    date: view.date ?? '',
    topics: view.allTopics.map(({ slug, name }) => ({ slug, name, isChosen: slug === topic })),
    pageLabel: describePageNumber(view),
    previous: view.page > 1 ? hrefOf(view.page - 1) : null,
    next: view.hasNext ? hrefOf(view.page + 1) : null,
    day: buildDayModel(view, base),
  };
}

/** The week around a day, its topics, and the days before and after it. */
function buildDayModel({ day, topic }: PapersView, base: string) {
  if (day === null) return null;
  const allHref = papersHref(base, { date: day.day });
  return {
    week: buildWeekModel(day, base),
    topicsBar:
      day.totalPapers === 0
        ? null
        : buildTopicsBar(day, { selected: topic?.slug ?? null, allHref, base }),
    previous: linkToDay(base, day.previous),
    next: linkToDay(base, day.next),
  };
}

/** `Papers on Theory of 8 May 2026 that say “lossless”`. */
function describePapersQuery({ date, topic, q }: PapersView): string {
  return [
    'Papers',
    topic ? ` on ${topic.name}` : '',
    date ? ` of ${formatDate(date)}` : '',
    q ? ` that say “${stripQuotes(q)}”` : '',
  ].join('');
}

/** The words without the marks that make them a phrase: the sentence has its own. */
function stripQuotes(q: string): string {
  return q.replaceAll('"', '');
}

const ORDER_PHRASES = {
  newest: 'the newest day first',
  discussed: 'the most discussed first',
  relevance: 'the best match first',
} satisfies Record<PapersView['order'], string>;

function describeResultCount({ total, isTruncated: isMore, order, q }: PapersView): string | null {
  if (total === 0) return null;
  const count = isMore
    ? `More than ${formatQuantity(total, 'paper')}`
    : formatQuantity(total, 'paper');
  const advice = isMore && q !== null ? ' A further word narrows them down.' : '';
  return `${count}, ${ORDER_PHRASES[order]}.${advice}`;
}

function describePageNumber({ page, pages, hasNext }: PapersView): string | null {
  if (pages === null) return `Page ${page}`;
  return pages > 1 || hasNext ? `Page ${page} of ${pages}` : null;
}

/** `No paper says “perpetual motion”. 49 came today, 4 of them on Theory.` */
function describeEmptyResult({
  date,
  topic,
  q,
  latest,
  hasOnlyStopWords: isIdle,
  total,
}: PapersView): string {
  if (q !== null && isIdle) {
    return `Nothing is found by “${stripQuotes(q)}”: words that every text says are not looked for.`;
  }
  if (total > 0) return 'There is nothing on this page: the papers end before it.';
  const where = [topic ? ` on ${topic.name}` : '', date ? ` of ${formatDate(date)}` : ''].join('');
  const says = q ? ` says “${stripQuotes(q)}”` : ' is here';
  return `No paper${where}${says}.${latest ? ` ${describeLatestDay(latest, topic?.name ?? null)}` : ''}`;
}

function describeLatestDay(
  { day, isToday, count, onTopic }: LatestDayView,
  topic: string | null,
): string {
  const when = isToday ? 'today' : `on ${formatDate(day)}`;
  const topicClause = topic === null || onTopic === null ? '' : `, ${onTopic} of them on ${topic}`;
  return `${count} came ${when}${topicClause}.`;
}
