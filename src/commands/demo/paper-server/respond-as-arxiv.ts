import { toArxivDay } from '../../../domain/sources/arxiv-calendar.ts';
import {
  renderArxivApiError,
  renderArxivApiFeed,
  renderArxivAtomFeed,
  renderArxivRssFeed,
} from './arxiv-documents.ts';
import type { FixtureResponse } from './fixture-response.ts';
import type { ServedPaper } from './served-paper.ts';

const FEED_RENDERERS = { atom: renderArxivAtomFeed, rss: renderArxivRssFeed };

/** The response of arXiv's feeds and API; null for other paths. */
export function respondAsArxiv(
  url: URL,
  papers: readonly ServedPaper[],
  now: Date,
): FixtureResponse | null {
  if (url.pathname === '/api/query')
    return createAtomResponse(renderQueryResult(url.searchParams, papers));
  const [, kind, categories] = /^\/(atom|rss)\/([\w.+-]+)$/.exec(url.pathname) ?? [];
  if (kind === undefined || categories === undefined) return null;
  const day = toArxivDay(now);
  const listed = papers.filter(
    (paper) => paper.arxivDay === day && isInCategory(paper, categories.split('+')),
  );
  return createAtomResponse(FEED_RENDERERS[kind as keyof typeof FEED_RENDERERS](listed, day));
}

/** `(cat:cs.CL OR cat:cs.LG) AND submittedDate:[202605071800 TO 202605081759]`,
 *  `au:"Ada Lovelace"`, or a list of ids. */
function renderQueryResult(params: URLSearchParams, papers: readonly ServedPaper[]): string {
  const most = Number(params.get('max_results') ?? 10);
  const ids = params.get('id_list')?.split(',') ?? null;
  if (ids !== null) {
    const listed = papers.filter(({ id }) => ids.includes(id));
    return renderArxivApiFeed(listed, { start: 0, most });
  }
  const query = params.get('search_query') ?? '';
  const [, author] = /^au:"([^"]+)"$/.exec(query) ?? [];
  if (author !== undefined) {
    const family = author.toLowerCase().split(' ').at(-1) ?? '';
    const byAuthor = papers.filter(({ authors }) =>
      authors.some((name) => name.toLowerCase().includes(family)),
    );
    return renderArxivApiFeed(byAuthor, { start: 0, most });
  }
  const categories = [...query.matchAll(/cat:([\w.*-]+)/g)].map(([, each = '']) => each);
  const [, from, to] = /submittedDate:\[(\d{12}) TO (\d{12})\]/.exec(query) ?? [];
  if (categories.length === 0 || from === undefined || to === undefined)
    return renderArxivApiError(`incorrect query: ${query}`);
  const matching = papers
    .filter((paper) => isInCategory(paper, categories) && isWithin(paper.submittedAt, from, to))
    .sort((a, b) => a.submittedAt.getTime() - b.submittedAt.getTime());
  const start = Number(params.get('start') ?? 0);
  return renderArxivApiFeed(matching, { start, most });
}

function isInCategory(paper: ServedPaper, categories: readonly string[]): boolean {
  return paper.categories.some((own) =>
    categories.some((each) => own === each || own.startsWith(`${each.replace('*', '')}.`)),
  );
}

function isWithin(moment: Date, from: string, to: string): boolean {
  const minute = moment.toISOString().replace(/\D/g, '').slice(0, 12);
  return minute >= from && minute <= to;
}

function createAtomResponse(body: string): FixtureResponse {
  return { status: 200, type: 'application/atom+xml; charset=utf-8', body };
}
