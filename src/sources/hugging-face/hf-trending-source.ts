import type { Source } from '../../domain/sources/source.ts';
import { SourceError } from '../../domain/sources/source-error.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';
import { fetchHfList, type HfDeps } from './hf-list.ts';

/** The source `hf-trending`: the papers that trend on Hugging Face now. The list belongs to no day,
 *  so a paper is listed on the day it first appears. */
export function createHfTrendingSource(deps: HfDeps): Source {
  return {
    name: 'hf-trending',
    origin: 'hf-trending',
    usableAfterDays: 0,
    listsOn: () => false,
    fetch: async (request) => {
      const today = toUtcDay(request.now);
      if (request.day !== null && request.day !== today)
        throw new SourceError(
          'NO_SUCH_DAY',
          `hf-trending has no list of ${request.day}: it lists what trends now, so fetch it without a day.`,
        );
      const list = {
        source: 'hf-trending',
        query: 'sort=trending',
        day: today,
        usableAfterDays: 0 as const,
        usesEntryDays: false,
      };
      const result = await fetchHfList(deps, list, request);
      return result && { day: null, ...result };
    },
  };
}
