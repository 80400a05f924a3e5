import type { XmlElement } from '@rgrove/parse-xml';
import { findCodeUrl } from '../domain/code-link.ts';
import { PaperboyError } from '../domain/errors.ts';
import type { Fetched } from '../domain/fetched.ts';
import type { ListedPaper } from '../domain/paper.ts';
import { arxivId } from '../domain/paper-id.ts';
import { readPaper } from '../domain/paper-input.ts';
import { isDay } from '../domain/schedule.ts';
import { unreadable } from '../domain/source-error.ts';
import { isWithdrawal } from './arxiv-words.ts';
import type { HttpGet } from './http-get.ts';
import { childrenOf, readXml, textIn } from './xml.ts';

/** Papers of one request; arXiv asks for 2,000 at the most, and answers sooner to fewer. */
const SLICE_PAPERS = 500;

/** As many as arXiv gives to one query. */
const MOST_PAPERS = 30_000;

export interface ApiQuery {
  categories: readonly string[];
  submitted: { from: Date; to: Date };
  source: string;
  /** Under which the papers are listed. */
  day: string;
}

/** Papers of the categories by when they were handed in, from arXiv's API. @throws SourceError. */
export async function queryApi(
  { url, get }: { url: string; get: HttpGet },
  query: ApiQuery,
  signal: AbortSignal,
): Promise<Pick<Fetched, 'papers' | 'refused'>> {
  const papers: ListedPaper[] = [];
  const refused: Fetched['refused'] = [];
  for (let start = 0; ; ) {
    const address = `${url}?search_query=${searchFor(query)}&sortBy=submittedDate&sortOrder=ascending&start=${start}&max_results=${SLICE_PAPERS}`;
    const answer = await get({ url: address, accept: 'application/atom+xml', signal });
    const feed = readXml(answer?.text ?? '', address);
    const entries = childrenOf(feed, 'entry');
    throwIfError(entries, address);
    const total = Number(textIn(feed, 'opensearch:totalResults') ?? Number.NaN);
    if (!(total >= 0 && total <= MOST_PAPERS))
      throw unreadable(address, `expected a total of 0 to ${MOST_PAPERS} papers`);
    for (const [index, entry] of entries.entries()) {
      try {
        papers.push(readEntry(entry, query));
      } catch (error) {
        if (!(error instanceof PaperboyError)) throw error;
        refused.push({ place: `Entry ${start + index + 1}`, reason: error.message });
      }
    }
    start += entries.length;
    if (start >= total) return { papers, refused };
    if (entries.length === 0)
      throw unreadable(address, `it ends after ${start} of ${total} papers`);
  }
}

function searchFor({ categories, submitted }: ApiQuery): string {
  const any = categories.map((each) => `cat:${each.includes('.') ? each : `${each}*`}`);
  const until = new Date(submitted.to.getTime() - 60_000);
  return encodeURIComponent(
    `(${any.join(' OR ')}) AND submittedDate:[${minuteOf(submitted.from)} TO ${minuteOf(until)}]`,
  ).replaceAll('%20', '+');
}

/** `202605081400`, as the API wants it, in GMT. */
function minuteOf(moment: Date): string {
  return moment.toISOString().replace(/\D/g, '').slice(0, 12);
}

/** Errors come as a feed with one entry that tells of them. */
function throwIfError(entries: readonly XmlElement[], url: string): void {
  const [entry] = entries;
  if (entry === undefined || !(textIn(entry, 'id') ?? '').includes('/api/errors')) return;
  const said = textIn(entry, 'summary') ?? 'no reason';
  throw unreadable(url, `arXiv reports an error (“${said.slice(0, 200)}”)`);
}

function readEntry(entry: XmlElement, { source, day }: ApiQuery): ListedPaper {
  const text = (name: string) => textIn(entry, name) || undefined;
  const given = text('id') ?? '';
  if (arxivId(given) === null)
    throw new PaperboyError(
      'INVALID_PAPER',
      `id is “${given.slice(0, 60)}”: expected one of arXiv such as http://arxiv.org/abs/2609.40353v1.`,
    );
  const comment = text('arxiv:comment') ?? '';
  const published = (text('published') ?? '').slice(0, 10);
  const abstract = text('summary');
  const paper = readPaper(
    {
      id: given,
      title: text('title'),
      abstract,
      authors: childrenOf(entry, 'author').flatMap((author) => textIn(author, 'name') ?? []),
      organization: undefined,
      published_on: isDay(published) ? published : undefined,
      code_url: findCodeUrl(abstract ?? '') ?? findCodeUrl(comment) ?? undefined,
    },
    { source, today: day, isLoose: true },
  );
  const isWithdrawn = isWithdrawal(comment) || isWithdrawal(paper.abstract);
  return isWithdrawn ? { ...paper, withdrawnOn: day } : paper;
}
