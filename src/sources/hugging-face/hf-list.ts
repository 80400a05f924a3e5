import { PaperboyError } from '../../domain/errors.ts';
import type { FetchResult, HttpValidators } from '../../domain/sources/source.ts';
import { createUnreadableSourceError } from '../../domain/sources/source-error.ts';
import { formatJson } from '../../domain/text/format-json.ts';
import type { HttpDocument, HttpGet } from '../http/http-get.ts';
import { type HfListOptions, parseHfEntry } from './hf-entry.ts';

/** The most entries that Hugging Face returns in a page. */
const PAGE_SIZE = 100;

/** A month has about 3,000 papers. */
const MAX_PAGES = 100;

/** A server that ignores the page size must not fill memory. */
const MAX_PAPERS = MAX_PAGES * PAGE_SIZE;

export interface HfDeps {
  /** Without a trailing slash. */
  endpoint: string;
  get: HttpGet;
}

interface HfListRequest extends HfListOptions {
  /** Such as `date=2026-05-08`. */
  query: string;
}

/** Fetches all pages of a list; null when the list has not changed. @throws SourceError. */
export async function fetchHfList(
  { endpoint, get }: HfDeps,
  list: HfListRequest,
  { validators, signal }: { validators: HttpValidators | null; signal: AbortSignal },
): Promise<Omit<FetchResult, 'day'> | null> {
  const papers: FetchResult['papers'] = [];
  const rejected: FetchResult['rejected'] = [];
  const buildPageUrl = (page: number) =>
    `${endpoint}/api/daily_papers?${list.query}&limit=${PAGE_SIZE}${page > 0 ? `&p=${page}` : ''}`;
  let url = buildPageUrl(0);
  let firstValidators: HttpValidators | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const response = await get({ url, accept: 'application/json', validators, signal });
    if (response === null) {
      if (page === 0) return null;
      throw createUnreadableSourceError(
        url,
        'it answered “not modified” to an unconditional request',
      );
    }
    const entries = parseEntries(response.text, url);
    if (papers.length + rejected.length + entries.length > MAX_PAPERS)
      throw createUnreadableSourceError(url, `it has more than ${MAX_PAPERS} papers`);
    for (const [index, entry] of entries.entries()) {
      const place = `Paper ${page * PAGE_SIZE + index + 1}`;
      try {
        papers.push(parseHfEntry(entry, list));
      } catch (error) {
        if (!(error instanceof PaperboyError)) throw error;
        rejected.push({ place, reason: error.message });
      }
    }
    if (page === 0) firstValidators = response.validators;
    const next = findNextPage(response, entries.length, endpoint);
    if (next === null)
      return {
        papers,
        revisions: [],
        rejected,
        validators: page === 0 ? firstValidators : null,
      };
    url = next === 'computed' ? buildPageUrl(page + 1) : next;
  }
  throw createUnreadableSourceError(url, `it has more than ${MAX_PAGES} pages`);
}

/**
 * The URL of the next page from the Link header; `computed` after a full page without that header.
 */
function findNextPage(
  { next }: HttpDocument,
  entries: number,
  endpoint: string,
): string | 'computed' | null {
  if (entries === 0) return null;
  if (next !== null && new URL(next).origin === new URL(endpoint).origin) return next;
  return entries >= PAGE_SIZE ? 'computed' : null;
}

function parseEntries(text: string, url: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw createUnreadableSourceError(
      url,
      `it is not JSON (${(error as Error).message.slice(0, 120)})`,
    );
  }
  if (Array.isArray(value)) return value;
  const excerpt = formatJson(value).slice(0, 120);
  throw createUnreadableSourceError(url, `it is “${excerpt}”, expected a JSON array of papers`);
}
