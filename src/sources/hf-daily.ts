import type { Fetched, Source, SourceAsk } from '../domain/fetched.ts';
import { addDays, dayOf, daysSinceMonday } from '../domain/schedule.ts';
import { SourceError } from '../domain/source-error.ts';
import { HF_ORIGIN } from './hf-entry.ts';
import { type HfDeps, readHfList } from './hf-list.ts';

/** Without a day: how far to count back from today to one with papers; more than a long weekend. */
const MOST_DAYS_BACK = 6;

/** Hugging Face's Daily Papers: the list of a day, which fills and gathers votes all day. */
export function hfDaily(deps: HfDeps): Source {
  return {
    name: 'hf-daily',
    origin: HF_ORIGIN,
    usableAfterDays: 1,
    listsOn: (day) => daysSinceMonday(day) < 5,
    fetch: async (ask) => {
      if (ask.day !== null) return readDay(deps, ask.day, ask);
      const today = dayOf(ask.now);
      for (let back = 0; back < MOST_DAYS_BACK; back += 1) {
        const list = await readDay(deps, addDays(today, -back), ask).catch(unlessNoSuchDay);
        if (list === null || list.papers.length > 0) return list;
      }
      return readDay(deps, addDays(today, -MOST_DAYS_BACK), ask);
    },
  };
}

async function readDay(deps: HfDeps, day: string, ask: SourceAsk): Promise<Fetched | null> {
  if (day > dayOf(ask.now)) throw noSuchDay(day, `in UTC it is still ${dayOf(ask.now)}`);
  const list = {
    source: HF_ORIGIN,
    query: `date=${day}`,
    day,
    usableAfterDays: 1 as const,
    keepsDays: true,
  };
  const read = await readHfList(deps, list, ask).catch((error) => {
    if (!(error instanceof SourceError) || error.status !== 400) throw error;
    throw noSuchDay(day, error.message);
  });
  return read && { day, ...read };
}

function noSuchDay(day: string, reason: string): SourceError {
  return new SourceError('NO_SUCH_DAY', `hf-daily has no list of ${day}: ${reason}`);
}

/** By its clock today may not have begun. */
function unlessNoSuchDay(error: unknown): Fetched {
  if (error instanceof SourceError && error.code === 'NO_SUCH_DAY') return NOTHING;
  throw error;
}

const NOTHING: Fetched = { day: null, papers: [], revisions: [], refused: [], validators: null };
