import { arxivDay, submittedFor } from '../domain/announcement.ts';
import type { Fetched, Source } from '../domain/fetched.ts';
import { daysSinceMonday } from '../domain/schedule.ts';
import { SourceError } from '../domain/source-error.ts';
import { queryApi } from './arxiv-api.ts';
import { readFeed } from './arxiv-feed.ts';
import type { HttpGet } from './http-get.ts';

export interface ArxivDeps {
  /** Of the feeds: `https://rss.arxiv.org/atom`. */
  feedUrl: string;
  /** Of the API: `https://export.arxiv.org/api/query`. */
  apiUrl: string;
  get: HttpGet;
}

/**
 * Categories of arXiv. The latest list is its feed, which has one day alone; of a day before, the API tells
 * what was handed in for it, without papers listed under another category later.
 */
export function arxiv(deps: ArxivDeps, name: string, categories: readonly string[]): Source {
  return {
    name,
    origin: name,
    usableAfterDays: 0,
    listsOn: (day) => daysSinceMonday(day) < 5,
    fetch: async ({ day, known, now, signal }) => {
      const today = arxivDay(now);
      if (day !== null && day > today)
        throw new SourceError(
          'NO_SUCH_DAY',
          `${name} has no list of ${day}: in New York it is still ${today}.`,
        );
      if (day !== null && day < today) return readPast(deps, { name, categories, day }, signal);
      const url = `${deps.feedUrl}/${categories.join('+')}`;
      const answer = await deps.get({ url, accept: FEEDS, known, signal });
      if (answer === null) return null;
      const { validators } = answer;
      return {
        day: today,
        ...readFeed(answer.text, { url, source: name, day: today }),
        validators,
      };
    },
  };
}

const FEEDS = 'application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9';

async function readPast(
  { apiUrl, get }: ArxivDeps,
  { name, categories, day }: { name: string; categories: readonly string[]; day: string },
  signal: AbortSignal,
): Promise<Fetched> {
  const submitted = submittedFor(day);
  const query = submitted && { categories, submitted, source: name, day };
  const read = query && (await queryApi({ url: apiUrl, get }, query, signal));
  return { day, papers: [], refused: [], ...read, revisions: [], validators: null };
}
