import type { Db } from '../db/client.ts';
import { countPapers, listPapers, type PaperFilter, type PaperStretch } from '../db/paper-lists.ts';
import { saysNothing, wordsLookedFor } from '../db/paper-words.ts';
import { wordsLike } from '../domain/highlight.ts';
import type { TopicPaper } from '../domain/paper.ts';

export interface PaperSearch extends PaperFilter {
  /** From 1. */
  page: number;
}

export interface FoundPapers {
  papers: TopicPaper[];
  /** Words in them that were looked for, in lower case. */
  said: ReadonlySet<string>;
  /** All that were found, or the most that are counted. */
  total: number;
  /** More were found than are counted. */
  isMore: boolean;
  /** Pages that can be turned to; null when nobody counted. */
  pages: number | null;
  hasNext: boolean;
  order: PaperStretch['order'];
  /** Only words so common that nothing is looked for by them. */
  isIdle: boolean;
}

const PAPERS_PER_PAGE = 25;

/** Of a search that finds more, only the newest papers are shown: it is too broad for the best match to
 *  mean much, and to rank everything would take longer than to answer. */
const MOST_PAGES_OF_SEARCH = 10;

const MOST_FOUND = MOST_PAGES_OF_SEARCH * PAPERS_PER_PAGE;

/** No list without words is counted further: to count costs more than to show a page. */
const MOST_COUNTED = 5000;

/** One page of papers by day, topic and words: the best match first, or the most discussed of a day, or
 *  the newest day first. */
export async function searchPapers(db: Db, search: PaperSearch): Promise<FoundPapers> {
  const { page, ...filter } = search;
  const most = filter.text === undefined ? MOST_COUNTED : MOST_FOUND;
  const counted = await countPapers(db, filter, most + 1);
  const isMore = counted > most;
  const total = Math.min(counted, most);
  const order = orderOf(filter, isMore);
  const pages = pagesOf(filter, total, isMore);
  const isThere = pages === null || page <= pages;
  const offset = (page - 1) * PAPERS_PER_PAGE;
  // One more than a page holds tells that there is another page.
  const stretch = { order, limit: PAPERS_PER_PAGE + 1, offset };
  const listed = isThere ? await listPapers(db, filter, stretch) : [];
  const papers = listed.slice(0, PAPERS_PER_PAGE);
  return {
    papers,
    said: await wordsSaid(db, papers, filter.text),
    total,
    isMore,
    pages,
    hasNext: pages === null ? listed.length > PAPERS_PER_PAGE : page < pages,
    order,
    isIdle: total === 0 && filter.text !== undefined && (await saysNothing(db, filter.text)),
  };
}

async function wordsSaid(
  db: Db,
  papers: readonly TopicPaper[],
  text: string | undefined,
): Promise<ReadonlySet<string>> {
  if (text === undefined) return new Set();
  const texts = papers.flatMap(({ title, abstract }) => [title, abstract]);
  return wordsLookedFor(db, text, wordsLike(text, texts));
}

function orderOf({ text, date }: PaperFilter, isMore: boolean): PaperStretch['order'] {
  if (text !== undefined) return isMore ? 'newest' : 'relevance';
  return date === undefined ? 'newest' : 'discussed';
}

function pagesOf({ text }: PaperFilter, total: number, isMore: boolean): number | null {
  if (!isMore) return Math.max(1, Math.ceil(total / PAPERS_PER_PAGE));
  return text === undefined ? null : MOST_PAGES_OF_SEARCH;
}
