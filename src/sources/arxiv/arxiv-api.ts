import type { XmlElement } from '@rgrove/parse-xml';
import { PaperboyError } from '../../domain/errors.ts';
import { findCodeUrl } from '../../domain/papers/code-url.ts';
import type { ListedPaper } from '../../domain/papers/paper.ts';
import { parseArxivId } from '../../domain/papers/paper-id.ts';
import { parsePaper } from '../../domain/papers/paper-input.ts';
import { findProjectUrl } from '../../domain/papers/project-url.ts';
import { readVenue } from '../../domain/papers/venue.ts';
import type { FetchResult } from '../../domain/sources/source.ts';
import { createUnreadableSourceError } from '../../domain/sources/source-error.ts';
import { isCalendarDay } from '../../domain/time/schedule.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import { isWithdrawalNotice } from '../entry-text.ts';
import type { HttpGet } from '../http/http-get.ts';
import { findChildren, parseXmlDocument, readChildText } from '../xml.ts';
import { readCategories } from './read-categories.ts';

/** Papers per request. arXiv allows 2,000, and answers smaller requests sooner. */
const PAGE_SIZE = 500;

/** The most results that arXiv returns for a query (arXiv API user manual). */
const MAX_RESULTS = 30_000;

interface ArxivQuery {
  categories: readonly string[];
  submitted: { from: Date; to: Date };
  source: string;
  /** The day that the papers are listed on. */
  day: string;
}

/** Queries arXiv's API for papers of the categories by submission time. @throws SourceError. */
export async function queryArxivApi(
  { url, get }: { url: string; get: HttpGet },
  query: ArxivQuery,
  signal: AbortSignal,
): Promise<Pick<FetchResult, 'papers' | 'rejected'>> {
  const papers: ListedPaper[] = [];
  const rejected: FetchResult['rejected'] = [];
  for (let start = 0; ; ) {
    const pageUrl = `${url}?search_query=${buildSearchQuery(query)}&sortBy=submittedDate&sortOrder=ascending&start=${start}&max_results=${PAGE_SIZE}`;
    const response = await get({ url: pageUrl, accept: 'application/atom+xml', signal });
    const feed = parseXmlDocument(response?.text ?? '', pageUrl);
    const entries = findChildren(feed, 'entry');
    throwIfArxivError(entries, pageUrl);
    const total = Number(readChildText(feed, 'opensearch:totalResults') ?? Number.NaN);
    if (!(total >= 0 && total <= MAX_RESULTS))
      throw createUnreadableSourceError(pageUrl, `expected a total of 0 to ${MAX_RESULTS} papers`);
    for (const [index, entry] of entries.entries()) {
      try {
        papers.push(parseEntry(entry, query));
      } catch (error) {
        if (!(error instanceof PaperboyError)) throw error;
        rejected.push({ place: `Entry ${start + index + 1}`, reason: error.message });
      }
    }
    start += entries.length;
    if (start >= total) return { papers, rejected };
    if (entries.length === 0)
      throw createUnreadableSourceError(pageUrl, `it ends after ${start} of ${total} papers`);
  }
}

function buildSearchQuery({ categories, submitted }: ArxivQuery): string {
  const categoryTerms = categories.map((each) => `cat:${each.includes('.') ? each : `${each}*`}`);
  // The range of the API includes its end.
  const lastMinute = new Date(submitted.to.getTime() - MINUTE_MS);
  return encodeURIComponent(
    `(${categoryTerms.join(' OR ')}) AND submittedDate:[${formatMinute(submitted.from)} TO ${formatMinute(lastMinute)}]`,
  ).replaceAll('%20', '+');
}

/** `202605081400`, in GMT, as the API expects. */
function formatMinute(moment: Date): string {
  return moment.toISOString().replace(/\D/g, '').slice(0, 12);
}

/** arXiv reports an error as a feed whose only entry describes it. @throws SourceError. */
export function throwIfArxivError(entries: readonly XmlElement[], url: string): void {
  const [entry] = entries;
  if (entry === undefined || !(readChildText(entry, 'id') ?? '').includes('/api/errors')) return;
  const errorSummary = readChildText(entry, 'summary') ?? 'no reason';
  throw createUnreadableSourceError(
    url,
    `arXiv reports an error (“${errorSummary.slice(0, 200)}”)`,
  );
}

function parseEntry(entry: XmlElement, { source, day }: ArxivQuery): ListedPaper {
  const text = (name: string) => readChildText(entry, name) || undefined;
  const rawId = text('id') ?? '';
  if (parseArxivId(rawId) === null)
    throw new PaperboyError(
      'INVALID_PAPER',
      `id is “${rawId.slice(0, 60)}”: expected an arXiv id such as http://arxiv.org/abs/2609.40353v1.`,
    );
  const comment = text('arxiv:comment') ?? '';
  const published = (text('published') ?? '').slice(0, 10);
  const abstract = text('summary');
  const paper = parsePaper(
    {
      id: rawId,
      title: text('title'),
      abstract,
      authors: findChildren(entry, 'author').flatMap(
        (author) => readChildText(author, 'name') ?? [],
      ),
      organization: undefined,
      published_on: isCalendarDay(published) ? published : undefined,
      categories: readCategories(entry),
      project_url: findProjectUrl(comment) ?? findProjectUrl(abstract ?? '') ?? undefined,
      venue: readVenue({ comment, journalRef: text('arxiv:journal_ref') ?? '' }) ?? undefined,
      doi: text('arxiv:doi'),
      code_url: findCodeUrl(abstract ?? '') ?? findCodeUrl(comment) ?? undefined,
    },
    { source, today: day, isLenient: true },
  );
  const isWithdrawn = isWithdrawalNotice(comment) || isWithdrawalNotice(paper.abstract);
  return isWithdrawn ? { ...paper, withdrawnOn: day } : paper;
}
