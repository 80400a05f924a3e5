import type { Source } from '../../domain/sources/source.ts';
import { SourceError } from '../../domain/sources/source-error.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';
import type { HttpGet } from '../http/http-get.ts';
import { parseFeed } from './feed.ts';

const MEDIA_TYPES =
  'application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9';

/**
 * The source `rss:URL`: a feed in RSS or Atom, such as that of a journal. Its papers are listed on
 * the days that it gives, or when they are first seen. Only the host of the URL is public, since
 * the rest may contain a key.
 */
export function createFeedSource(
  get: HttpGet,
  { name, url }: { name: string; url: string },
): Source {
  const origin = `rss:${new URL(url).hostname}`;
  return {
    name,
    origin,
    usableAfterDays: 0,
    listsOn: () => false,
    fetch: async ({ day, validators, now, signal }) => {
      const today = toUtcDay(now);
      if (day !== null && day !== today)
        throw new SourceError(
          'NO_SUCH_DAY',
          `${name} has no list of ${day}: a feed holds its newest papers only, so fetch it without a day.`,
        );
      const response = await get({ url, accept: MEDIA_TYPES, validators, signal });
      if (response === null) return null;
      const { papers, rejected } = parseFeed(response.text, { url, source: origin, day: today });
      return { day: null, papers, revisions: [], rejected, validators: response.validators };
    },
  };
}
