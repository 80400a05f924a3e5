import type { FetchRequest, FetchResult, Source } from '../../domain/sources/source.ts';
import { SourceError } from '../../domain/sources/source-error.ts';
import { isWorkingDay } from '../../domain/sources/working-days.ts';
import { addDays, toUtcDay } from '../../domain/time/schedule.ts';
import { HF_ORIGIN } from './hf-entry.ts';
import { fetchHfList, type HfDeps } from './hf-list.ts';

/** How far back to look for the newest list: more than a long weekend. */
const MAX_DAYS_BACK = 6;

/** The source `hf-daily`: Hugging Face's Daily Papers. The list of a day grows and gathers votes
 *  until the day ends. */
export function createHfDailySource(deps: HfDeps): Source {
  return {
    name: 'hf-daily',
    origin: HF_ORIGIN,
    usableAfterDays: 1,
    listsOn: isWorkingDay,
    fetch: async (request) => {
      if (request.day !== null) return fetchDay(deps, request.day, request);
      const today = toUtcDay(request.now);
      for (let daysBack = 0; daysBack < MAX_DAYS_BACK; daysBack += 1) {
        const list = await fetchDay(deps, addDays(today, -daysBack), request).catch(
          ignoreNoSuchDay,
        );
        if (list === null || list.papers.length > 0) return list;
      }
      return fetchDay(deps, addDays(today, -MAX_DAYS_BACK), request);
    },
  };
}

async function fetchDay(
  deps: HfDeps,
  day: string,
  request: FetchRequest,
): Promise<FetchResult | null> {
  if (day > toUtcDay(request.now))
    throw createNoSuchDayError(day, `in UTC it is still ${toUtcDay(request.now)}`);
  const list = {
    source: HF_ORIGIN,
    query: `date=${day}`,
    day,
    usableAfterDays: 1 as const,
    usesEntryDays: true,
  };
  const result = await fetchHfList(deps, list, request).catch((error) => {
    if (!(error instanceof SourceError) || error.status !== 400) throw error;
    throw createNoSuchDayError(day, error.message);
  });
  return result && { day, ...result };
}

function createNoSuchDayError(day: string, reason: string): SourceError {
  return new SourceError('NO_SUCH_DAY', `hf-daily has no list of ${day}: ${reason}`);
}

/** Today may not have begun yet on Hugging Face's clock. */
function ignoreNoSuchDay(error: unknown): FetchResult {
  if (error instanceof SourceError && error.code === 'NO_SUCH_DAY') return EMPTY_RESULT;
  throw error;
}

const EMPTY_RESULT: FetchResult = {
  day: null,
  papers: [],
  revisions: [],
  rejected: [],
  validators: null,
};
