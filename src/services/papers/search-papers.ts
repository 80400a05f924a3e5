import type { Db } from '../../db/client.ts';
import {
  countPapers,
  findPaperIds,
  listPapers,
  type PaperFilter,
  type PaperRange,
} from '../../db/papers/paper-lists.ts';
import { findSearchedWords, hasOnlyStopWords } from '../../db/papers/search-words.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import { findMatchingWords } from '../../domain/text/highlight.ts';

export interface PaperSearch extends PaperFilter {
  /** From 1. */
  page: number;
}

export interface PaperSearchResult {
  papers: TopicPaper[];
  /** The words in them that match the search, in lower case. */
  matchedWords: ReadonlySet<string>;
  /** Number of papers found, or the counting limit. */
  total: number;
  /** Whether more were found than the limit. */
  isTruncated: boolean;
  /** Number of pages, or null if it was not counted. */
  pages: number | null;
  hasNext: boolean;
  order: PaperRange['order'];
  /** Whether the search contains only stop words. */
  hasOnlyStopWords: boolean;
}

const PAPERS_PER_PAGE = 25;

/**
 * A search that finds more shows only the newest papers: it is too broad for a best match to mean
 * much, and ranking everything would take longer than showing the page.
 */
const MAX_SEARCH_PAGES = 10;

const MAX_FOUND = MAX_SEARCH_PAGES * PAPERS_PER_PAGE;

/** Counting limit of lists without a search: counting costs more than showing a page. */
const MAX_COUNTED = 5000;

/** One page of papers by day, topic and search: the best match first; without a search the most
 *  discussed paper of a day first, or the newest day first. */
export async function searchPapers(db: Db, search: PaperSearch): Promise<PaperSearchResult> {
  const { page, ...filter } = search;
  const { text } = filter;
  const max = text === undefined ? MAX_COUNTED : MAX_FOUND;
  const found = text === undefined ? null : await findPaperIds(db, filter, max + 1);
  const counted = found?.length ?? (await countPapers(db, filter, max + 1));
  const isTruncated = counted > max;
  const total = Math.min(counted, max);
  const order = chooseOrder(filter, isTruncated);
  const pages = countPages(filter, total, isTruncated);
  const isPageInRange = pages === null || page <= pages;
  const offset = (page - 1) * PAPERS_PER_PAGE;
  // One paper more than fits the page shows whether there is another page.
  const range = { order, limit: PAPERS_PER_PAGE + 1, offset };
  const readPage = () =>
    text === undefined || found === null
      ? listPapers(db, filter, range)
      : listFoundPage(db, { found, text, isMore: isTruncated }, range);
  const listed = isPageInRange && counted > 0 ? await readPage() : [];
  const papers = listed.slice(0, PAPERS_PER_PAGE);
  return {
    papers,
    matchedWords: await findMatchedWords(db, papers, text),
    total,
    isTruncated,
    pages,
    hasNext: pages === null ? listed.length > PAPERS_PER_PAGE : page < pages,
    order,
    hasOnlyStopWords: total === 0 && text !== undefined && (await hasOnlyStopWords(db, text)),
  };
}

/**
 * One page of the papers found. When the search was truncated, the ids are already in the order
 * shown, and only those of the page are read.
 */
function listFoundPage(
  db: Db,
  { found, text, isMore }: { found: readonly string[]; text: string; isMore: boolean },
  range: PaperRange,
): Promise<TopicPaper[]> {
  if (!isMore) return listPapers(db, { ids: found, text }, range);
  const ids = found.slice(range.offset, range.offset + range.limit);
  return listPapers(db, { ids, text }, { ...range, offset: 0 });
}

async function findMatchedWords(
  db: Db,
  papers: readonly TopicPaper[],
  text: string | undefined,
): Promise<ReadonlySet<string>> {
  if (text === undefined) return new Set();
  const texts = papers.flatMap(({ title, abstract }) => [title, abstract]);
  return findSearchedWords(db, text, findMatchingWords(text, texts));
}

function chooseOrder({ text, date }: PaperFilter, isTruncated: boolean): PaperRange['order'] {
  if (text !== undefined) return isTruncated ? 'newest' : 'relevance';
  return date === undefined ? 'newest' : 'discussed';
}

function countPages({ text }: PaperFilter, total: number, isTruncated: boolean): number | null {
  if (!isTruncated) return Math.max(1, Math.ceil(total / PAPERS_PER_PAGE));
  return text === undefined ? null : MAX_SEARCH_PAGES;
}
