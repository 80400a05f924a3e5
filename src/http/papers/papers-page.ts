import { formatDate, formatLongDate } from '../../copy/en/format.ts';
import { PAPERS_COPY } from '../../copy/en/pages/papers.ts';
import { groupTopics } from '../../domain/topics/topic.ts';
import type { DayOverview } from '../../services/papers/read-day.ts';
import { papersHref } from '../pages/hrefs.ts';
import type { PageLayouts } from '../pages/page-layout.ts';
import type { PapersView } from '../pages/views.ts';
import { buildTopicsBar } from '../topics/topics-bar.ts';
import { buildPaperModel } from './paper-model.ts';
import { buildSearchResultModel } from './search-result.ts';
import { buildWeekModel, linkToDay } from './week.ts';

/** One page of the papers of a day, of a topic, or that match a text. */
export function buildPapersPage(view: PapersView, layouts: PageLayouts) {
  const { base } = layouts;
  const { date, q, total } = view;
  const topic = view.topic?.slug ?? null;
  const hrefOf = (page: number) => papersHref(base, { date, topic, q, page });
  const title = describePapersQuery(view);
  const isSearch = q !== null;
  return {
    layout: layouts.create({
      title,
      description: PAPERS_COPY.description({ title, total, hasMore: view.isTruncated }),
      // There are endlessly many searches, so search engines index none.
      ...(!isSearch && { publicPath: hrefOf(view.page).slice(base.length) }),
    }),
    title: view.day !== null && topic === null ? formatLongDate(view.day.day) : title,
    // A day's topics bar shows its count already.
    result: view.day === null ? describeResultCount(view) : null,
    papers: isSearch
      ? []
      : view.papers.map((paper) => buildPaperModel(paper, { base, format: 'story' })),
    results: isSearch
      ? view.papers.map((paper) => buildSearchResultModel(paper, view.matchedWords, base))
      : [],
    isSearch,
    isEmpty: view.papers.length === 0,
    emptyText: describeEmptyResult(view),
    everythingHref: papersHref(base, { date: view.latest?.day ?? null }),
    everythingText: view.latest
      ? PAPERS_COPY.empty.papersOf(formatDate(view.latest.day))
      : PAPERS_COPY.empty.allPapers,
    action: `${base}/papers`,
    q: q ?? '',
    date: date ?? '',
    topicGroups: groupTopics(view.allTopics).map(({ group, topics }) => ({
      group,
      topics: topics.map(({ slug, name }) => ({ slug, name, isChosen: slug === topic })),
    })),
    pageLabel: describePageNumber(view),
    previous: view.page > 1 ? hrefOf(view.page - 1) : null,
    next: view.hasNext ? hrefOf(view.page + 1) : null,
    day: buildDayModel(view, base),
  };
}

/** The week of a day, its topics, and the days before and after it. */
function buildDayModel({ day, topic, today }: PapersView, base: string) {
  if (day === null) return null;
  const allHref = papersHref(base, { date: day.day });
  const selected = topic?.slug ?? null;
  return {
    week: buildWeekModel(day, { base, today }),
    topicsBar: day.total === 0 ? null : buildTopicsBar(day, { selected, allHref, base }),
    previous: linkToDay(base, day.previous),
    next: linkToDay(base, day.next),
  };
}

/** `Papers on Theory of 8 May 2026 that mention “lossless”`. */
function describePapersQuery(view: PapersView): string {
  const mentioning = view.q === null ? '' : PAPERS_COPY.mentioning(stripQuotes(view.q));
  return PAPERS_COPY.title + describeTopicAndDay(view) + mentioning;
}

/** ` on Theory of 8 May 2026`. */
function describeTopicAndDay({ date, topic }: PapersView): string {
  return [
    topic ? PAPERS_COPY.onTopic(topic.name) : '',
    date ? PAPERS_COPY.ofDay(formatDate(date)) : '',
  ].join('');
}

/** A query without the quotation marks of a phrase search: the sentence has its own. */
function stripQuotes(q: string): string {
  return q.replaceAll('"', '');
}

function describeResultCount({ total, isTruncated, order, q }: PapersView): string | null {
  if (total === 0) return null;
  const copy = { total, hasMore: isTruncated, order: PAPERS_COPY.orders[order] };
  const count = PAPERS_COPY.count(copy);
  return isTruncated && q !== null ? `${count} ${PAPERS_COPY.narrowDown}` : count;
}

function describePageNumber({ page, pages, hasNext }: PapersView): string | null {
  if (pages === null) return PAPERS_COPY.page(page);
  return pages > 1 || hasNext ? PAPERS_COPY.pageOf(page, pages) : null;
}

/** `No papers mention “perpetual motion”. 49 came today, 4 of them on Theory.` */
function describeEmptyResult(view: PapersView): string {
  const copy = PAPERS_COPY.empty;
  const { q, latest, topic, today } = view;
  if (q !== null && view.hasOnlyStopWords) return copy.onlyStopWords(stripQuotes(q));
  if (view.total > 0) return copy.pastLastPage;
  const where = describeTopicAndDay(view);
  const none = q === null ? copy.none(where) : copy.noneMention(where, stripQuotes(q));
  return latest === null ? none : `${none} ${describeLatestDay(latest, { topic, today })}`;
}

function describeLatestDay(
  { day, total, topics }: DayOverview,
  { topic, today }: Pick<PapersView, 'topic' | 'today'>,
): string {
  const copy = PAPERS_COPY.empty;
  const onTopic = topic && topics.find(({ slug }) => slug === topic.slug);
  return copy.latest({
    count: total,
    when: day === today ? copy.today : copy.onDay(formatDate(day)),
    onTopic: onTopic ? copy.ofThem(onTopic.count, onTopic.name) : '',
  });
}
