import { PaperboyError } from '../../domain/errors.ts';
import type { FetchResult, HttpValidators } from '../../domain/sources/source.ts';
import { createUnreadableSourceError } from '../../domain/sources/source-error.ts';
import { formatJson } from '../../domain/text/format-json.ts';
import type { HttpDocument, HttpGet } from '../http/http-get.ts';
import { type HfListOptions, parseHfEntry } from './hf-entry.ts';

/** As many as Hugging Face gives at once. */
const PAGE_SIZE = 100;

/** A month has some 3,000 papers. */
const MAX_PAGES = 100;

/** Of all pages, however many entries each has. */
const MAX_PAPERS = MAX_PAGES * PAGE_SIZE;

export interface HfDeps {
  /** Without a slash at the end. */
  endpoint: string;
  get: HttpGet;
}

export interface HfListRequest extends HfListOptions {
  /** `date=2026-05-08`. */
  query: string;
}

/** All pages of a list; null when it is as it was. @throws SourceError. */
export async function fetchHfList(
  { endpoint, get }: HfDeps,
  list: HfListRequest,
  { validators, signal }: { validators: HttpValidators | null; signal: AbortSignal },
): Promise<Omit<FetchResult, 'day'> | null> {
  const papers: FetchResult['papers'] = [];
  const refused: FetchResult['rejected'] = [];
  const buildPageUrl = (page: number) =>
    `${endpoint}/api/daily_papers?${list.query}&limit=${PAGE_SIZE}${page > 0 ? `&p=${page}` : ''}`;
  let url = buildPageUrl(0);
  let firstValidators: HttpValidators | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const response = await get({ url, accept: 'application/json', known: validators, signal });
    if (response === null) {
      if (page === 0) return null;
      throw createUnreadableSourceError(url, 'it says that nothing changed, which nobody asked');
    }
    const entries = parseEntries(response.text, url);
    if (papers.length + refused.length + entries.length > MAX_PAPERS)
      throw createUnreadableSourceError(url, `expected ${MAX_PAPERS} papers at the most`);
    for (const [index, entry] of entries.entries()) {
      const place = `Paper ${page * PAGE_SIZE + index + 1}`;
      try {
        papers.push(parseHfEntry(entry, list));
      } catch (error) {
        if (!(error instanceof PaperboyError)) throw error;
        refused.push({ place, reason: error.message });
      }
    }
    if (page === 0) firstValidators = response.validators;
    const next = findNextPage(response, entries.length, endpoint);
    if (next === null)
      return {
        papers,
        revisions: [],
        rejected: refused,
        validators: page === 0 ? firstValidators : null,
      };
    url = next === 'counted' ? buildPageUrl(page + 1) : next;
  }
  throw createUnreadableSourceError(url, `expected ${MAX_PAGES} pages at the most`);
}

/** Where the next page is: as the answer says, else counted on from a page that is full. */
function findNextPage(
  { next }: HttpDocument,
  entries: number,
  endpoint: string,
): string | 'counted' | null {
  if (entries === 0) return null;
  if (next !== null && new URL(next).origin === new URL(endpoint).origin) return next;
  return entries >= PAGE_SIZE ? 'counted' : null;
}

function parseEntries(text: string, url: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw createUnreadableSourceError(
      url,
      `it is no JSON (${(error as Error).message.slice(0, 120)})`,
    );
  }
  if (Array.isArray(value)) return value;
  const excerpt = formatJson(value).slice(0, 120);
  throw createUnreadableSourceError(url, `it is “${excerpt}”, expected a JSON array of papers`);
}
