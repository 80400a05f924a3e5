import { PaperboyError } from '../../domain/errors.ts';
import type { BiorxivServer } from '../../domain/sources/biorxiv-categories.ts';
import type { FetchResult, Source } from '../../domain/sources/source.ts';
import { createUnreadableSourceError, SourceError } from '../../domain/sources/source-error.ts';
import { isWorkingDay } from '../../domain/sources/working-days.ts';
import { formatJson } from '../../domain/text/format-json.ts';
import { addDays, toUtcDay } from '../../domain/time/schedule.ts';
import type { HttpGet } from '../http/http-get.ts';
import { parseBiorxivEntry } from './biorxiv-entry.ts';

/** About ten times the largest day. A server that repeats itself must not fill memory. */
const MAX_ENTRIES = 5_000;

interface BiorxivDeps {
  /** Base URL of the API: `https://api.biorxiv.org`. */
  apiUrl: string;
  get: HttpGet;
}

interface BiorxivLists {
  name: string;
  server: BiorxivServer;
  /** Empty for all. */
  categories: readonly string[];
}

/**
 * The sources `biorxiv` and `medrxiv`, or with categories `biorxiv:CATEGORY+CATEGORY…`. A list has
 * the preprints posted on a day, and grows until the day is over. Newer versions of preprints are
 * revisions.
 */
export function createBiorxivSource(deps: BiorxivDeps, lists: BiorxivLists): Source {
  return {
    name: lists.name,
    origin: lists.server,
    usableAfterDays: 1,
    listsOn: isWorkingDay,
    fetch: async ({ day, now, signal }) => {
      const today = toUtcDay(now);
      if (day !== null && day > today)
        throw new SourceError(
          'NO_SUCH_DAY',
          `${lists.name} has no list of ${day}: in UTC it is still ${today}.`,
        );
      if (day !== null) return fetchDay(deps, { ...lists, day }, signal);
      return fetchNewest(deps, { ...lists, today }, signal);
    },
  };
}

/** How far back to look for the newest list: more than a long weekend. */
const MAX_DAYS_BACK = 4;

async function fetchNewest(
  deps: BiorxivDeps,
  { today, ...lists }: BiorxivLists & { today: string },
  signal: AbortSignal,
): Promise<FetchResult> {
  for (let back = 0; ; back += 1) {
    const result = await fetchDay(deps, { ...lists, day: addDays(today, -back) }, signal);
    const isEmpty = result.papers.length + result.rejected.length === 0;
    if (!isEmpty || back === MAX_DAYS_BACK) return result;
  }
}

/** Fetches all pages of a day, of 100 entries or fewer. @throws SourceError. */
async function fetchDay(
  { apiUrl, get }: BiorxivDeps,
  { server, categories, day }: BiorxivLists & { day: string },
  signal: AbortSignal,
): Promise<FetchResult> {
  const result: FetchResult = { day, papers: [], revisions: [], rejected: [], validators: null };
  for (let cursor = 0; ; ) {
    const url = `${apiUrl}/details/${server}/${day}/${day}/${cursor}/json`;
    const response = await get({ url, accept: 'application/json', signal });
    const { entries, total } = parsePage(response?.text ?? '', url);
    for (const [index, entry] of entries.entries()) {
      try {
        const { paper, category, version } = parseBiorxivEntry(entry, { server, day });
        if (categories.length > 0 && !categories.includes(category)) continue;
        (version > 1 ? result.revisions : result.papers).push(paper);
      } catch (error) {
        if (!(error instanceof PaperboyError)) throw error;
        result.rejected.push({ place: `Entry ${cursor + index + 1}`, reason: error.message });
      }
    }
    cursor += entries.length;
    if (cursor >= total) return result;
    if (entries.length === 0)
      throw createUnreadableSourceError(url, `it ends after ${cursor} of ${total} papers`);
  }
}

function parsePage(text: string, url: string): { entries: unknown[]; total: number } {
  let page: { messages?: unknown; collection?: unknown };
  try {
    page = Object(JSON.parse(text)) as typeof page;
  } catch (error) {
    const reason = (error as Error).message.slice(0, 120);
    throw createUnreadableSourceError(url, `it is not JSON (${reason})`, error);
  }
  const { collection, messages } = page;
  const message = Object(Array.isArray(messages) ? messages[0] : undefined) as {
    status?: unknown;
    total?: unknown;
  };
  if (/^no posts found/i.test(String(message.status))) return { entries: [], total: 0 };
  if (!Array.isArray(collection) || message.status !== 'ok') {
    const excerpt = formatJson(page).slice(0, 120);
    throw createUnreadableSourceError(url, `it is “${excerpt}”, expected a collection of papers`);
  }
  const total = Number(message.total ?? Number.NaN);
  if (!(total >= 0 && total <= MAX_ENTRIES) || collection.length > MAX_ENTRIES)
    throw createUnreadableSourceError(url, `expected a total of 0 to ${MAX_ENTRIES} papers`);
  return { entries: collection, total };
}
