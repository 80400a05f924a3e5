import { Temporal } from 'temporal-polyfill';
import type { Source } from '../../domain/sources/source.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';
import { HF_ORIGIN } from './hf-entry.ts';
import { fetchHfList, type HfDeps } from './hf-list.ts';

/** The sources `hf-weekly` and `hf-monthly`: Daily Papers of a whole week or month, each paper
 *  under its own day. They fill gaps and update votes. */
export function createHfPeriodSource(deps: HfDeps, period: 'weekly' | 'monthly'): Source {
  return {
    name: `hf-${period}`,
    origin: HF_ORIGIN,
    usableAfterDays: 1,
    listsOn: () => false,
    fetch: async (request) => {
      const today = toUtcDay(request.now);
      const query = PERIOD_QUERIES[period](request.day ?? today);
      const list = {
        source: HF_ORIGIN,
        query,
        day: request.day ?? today,
        lastDay: today,
        usableAfterDays: 1 as const,
        usesEntryDays: true,
      };
      const result = await fetchHfList(deps, list, request);
      return result && { day: null, ...result };
    },
  };
}

const PERIOD_QUERIES = {
  weekly: buildWeekQuery,
  monthly: (day: string) => `month=${day.slice(0, 7)}`,
};

/** `week=2026-W19` (ISO 8601). */
function buildWeekQuery(day: string): string {
  const { yearOfWeek, weekOfYear } = Temporal.PlainDate.from(day);
  return `week=${yearOfWeek}-W${String(weekOfYear).padStart(2, '0')}`;
}
