import type { Source } from '../domain/fetched.ts';
import { dayOf } from '../domain/schedule.ts';
import { SourceError } from '../domain/source-error.ts';
import { type HfDeps, readHfList } from './hf-list.ts';

/** What Hugging Face calls trending at the moment: a list of no day, whose papers are listed when they
 *  are first seen in it. */
export function hfTrending(deps: HfDeps): Source {
  return {
    name: 'hf-trending',
    origin: 'hf-trending',
    usableAfterDays: 0,
    listsOn: () => false,
    fetch: async (ask) => {
      if (ask.day !== null)
        throw new SourceError(
          'NO_SUCH_DAY',
          `hf-trending has no list of ${ask.day}: it is what trends now, ask without a day.`,
        );
      const today = dayOf(ask.now);
      const list = {
        source: 'hf-trending',
        query: 'sort=trending',
        day: today,
        usableAfterDays: 0 as const,
        keepsDays: false,
      };
      const read = await readHfList(deps, list, ask);
      return read && { day: null, ...read };
    },
  };
}
