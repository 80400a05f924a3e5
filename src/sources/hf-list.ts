import { PaperboyError } from '../domain/errors.ts';
import type { Fetched, Validators } from '../domain/fetched.ts';
import { showJson } from '../domain/show-json.ts';
import { unreadable } from '../domain/source-error.ts';
import { type HfListing, readHfEntry } from './hf-entry.ts';
import type { HttpAnswer, HttpGet } from './http-get.ts';

/** As many as Hugging Face gives at once. */
const PAGE_PAPERS = 100;

/** A month has some 3,000 papers. */
const MOST_PAGES = 100;

/** Of all pages, however many entries each has. */
const MOST_PAPERS = MOST_PAGES * PAGE_PAPERS;

export interface HfDeps {
  /** Without a slash at the end. */
  endpoint: string;
  get: HttpGet;
}

export interface HfList extends HfListing {
  /** `date=2026-05-08`. */
  query: string;
}

/** All pages of a list; null when it is as it was. @throws SourceError. */
export async function readHfList(
  { endpoint, get }: HfDeps,
  list: HfList,
  { known, signal }: { known: Validators | null; signal: AbortSignal },
): Promise<Omit<Fetched, 'day'> | null> {
  const papers: Fetched['papers'] = [];
  const refused: Fetched['refused'] = [];
  const addressOf = (page: number) =>
    `${endpoint}/api/daily_papers?${list.query}&limit=${PAGE_PAPERS}${page > 0 ? `&p=${page}` : ''}`;
  let url = addressOf(0);
  let first: Validators | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await get({ url, accept: 'application/json', known, signal });
    if (answer === null) {
      if (page === 0) return null;
      throw unreadable(url, 'it says that nothing changed, which nobody asked');
    }
    const entries = entriesOf(answer.text, url);
    if (papers.length + refused.length + entries.length > MOST_PAPERS)
      throw unreadable(url, `expected ${MOST_PAPERS} papers at the most`);
    for (const [index, entry] of entries.entries()) {
      const place = `Paper ${page * PAGE_PAPERS + index + 1}`;
      try {
        papers.push(readHfEntry(entry, list));
      } catch (error) {
        if (!(error instanceof PaperboyError)) throw error;
        refused.push({ place, reason: error.message });
      }
    }
    if (page === 0) first = answer.validators;
    const next = nextPage(answer, entries.length, endpoint);
    if (next === null)
      return { papers, revisions: [], refused, validators: page === 0 ? first : null };
    url = next === 'counted' ? addressOf(page + 1) : next;
  }
  throw unreadable(url, `expected ${MOST_PAGES} pages at the most`);
}

/** Where the next page is: as the answer says, else counted on from a page that is full. */
function nextPage(
  { next }: HttpAnswer,
  entries: number,
  endpoint: string,
): string | 'counted' | null {
  if (entries === 0) return null;
  if (next !== null && new URL(next).origin === new URL(endpoint).origin) return next;
  return entries >= PAGE_PAPERS ? 'counted' : null;
}

function entriesOf(text: string, url: string): unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(url, `it is no JSON (${(error as Error).message.slice(0, 120)})`);
  }
  if (Array.isArray(value)) return value;
  const said = showJson(value).slice(0, 120);
  throw unreadable(url, `it is “${said}”, expected a JSON array of papers`);
}
