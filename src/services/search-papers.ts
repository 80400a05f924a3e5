import type { Db } from '../db/client.ts';
import {
  countPapers,
  findPapers,
  listPapers,
  type PaperFilter,
  type PaperStretch,
} from '../db/paper-lists.ts';
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
  const { text } = filter;
  const most = text === undefined ? MOST_COUNTED : MOST_FOUND;
  const found = text === undefined ? null : await findPapers(db, filter, most + 1);
  const counted = found?.length ?? (await countPapers(db, filter, most + 1));
  const isMore = counted > most;
  const total = Math.min(counted, most);
  const order = orderOf(filter, isMore);
  const pages = pagesOf(filter, total, isMore);
  const isThere = pages === null || page <= pages;
  const offset = (page - 1) * PAPERS_PER_PAGE;
  // One more than a page holds tells that there is another page.
  const stretch = { order, limit: PAPERS_PER_PAGE + 1, offset };
  const list = () =>
    text === undefined || found === null
      ? listPapers(db, filter, stretch)
      : listFound(db, { found, text, isMore }, stretch);
  const listed = isThere && counted > 0 ? await list() : [];
  const papers = listed.slice(0, PAPERS_PER_PAGE);
  return {
    papers,
    said: await wordsSaid(db, papers, text),
    total,
    isMore,
    pages,
    hasNext: pages === null ? listed.length > PAPERS_PER_PAGE : page < pages,
    order,
    isIdle: total === 0 && text !== undefined && (await saysNothing(db, text)),
  };
}

/** A stretch of what was found, the newest first: all that may be shown are there in this order when there are
 *  more, and only what the page shows is read. */
function listFound(
  db: Db,
  { found, text, isMore }: { found: readonly string[]; text: string; isMore: boolean },
  stretch: PaperStretch,
): Promise<TopicPaper[]> {
  if (!isMore) return listPapers(db, { ids: found, text }, stretch);
  const ids = found.slice(stretch.offset, stretch.offset + stretch.limit);
  return listPapers(db, { ids, text }, { ...stretch, offset: 0 });
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
