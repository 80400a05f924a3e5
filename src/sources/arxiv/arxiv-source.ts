import { getSubmissionWindow, toArxivDay } from '../../domain/sources/arxiv-calendar.ts';
import type { FetchResult, Source } from '../../domain/sources/source.ts';
import { SourceError } from '../../domain/sources/source-error.ts';
import { isWorkingDay } from '../../domain/sources/working-days.ts';
import type { HttpGet } from '../http/http-get.ts';
import { queryArxivApi } from './arxiv-api.ts';
import { parseArxivFeed } from './arxiv-feed.ts';

interface ArxivDeps {
  /** Base URL of the feeds: `https://rss.arxiv.org/atom`. */
  feedUrl: string;
  /** URL of the API: `https://export.arxiv.org/api/query`. */
  apiUrl: string;
  get: HttpGet;
}

/**
 * The source `arxiv:CATEGORY+CATEGORY…`. Today's list comes from arXiv's feed, which holds one day
 * only. An earlier list comes from the API by submission time, which misses papers cross-listed
 * later.
 */
export function createArxivSource(
  deps: ArxivDeps,
  name: string,
  categories: readonly string[],
): Source {
  return {
    name,
    origin: name,
    usableAfterDays: 0,
    listsOn: isWorkingDay,
    fetch: async ({ day, validators, now, signal }) => {
      const today = toArxivDay(now);
      if (day !== null && day > today)
        throw new SourceError(
          'NO_SUCH_DAY',
          `${name} has no list of ${day}: in New York it is still ${today}.`,
        );
      if (day !== null && day < today) return fetchPastDay(deps, { name, categories, day }, signal);
      const url = `${deps.feedUrl}/${categories.join('+')}`;
      const response = await deps.get({ url, accept: FEED_MEDIA_TYPES, validators, signal });
      if (response === null) return null;
      return {
        day: today,
        ...parseArxivFeed(response.text, { url, source: name, day: today }),
        validators: response.validators,
      };
    },
  };
}

const FEED_MEDIA_TYPES =
  'application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9';

async function fetchPastDay(
  { apiUrl, get }: ArxivDeps,
  { name, categories, day }: { name: string; categories: readonly string[]; day: string },
  signal: AbortSignal,
): Promise<FetchResult> {
  const submitted = getSubmissionWindow(day);
  const query = submitted && { categories, submitted, source: name, day };
  const result = query && (await queryArxivApi({ url: apiUrl, get }, query, signal));
  return { day, papers: [], rejected: [], ...result, revisions: [], validators: null };
}
