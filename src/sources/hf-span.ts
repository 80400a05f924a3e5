import { Temporal } from 'temporal-polyfill';
import type { Source } from '../domain/fetched.ts';
import { dayOf } from '../domain/schedule.ts';
import { HF_ORIGIN } from './hf-entry.ts';
import { type HfDeps, readHfList } from './hf-list.ts';

/** Daily Papers of a whole week or month, each under its own day: to fill gaps and to follow votes. */
export function hfSpan(deps: HfDeps, span: 'weekly' | 'monthly'): Source {
  return {
    name: `hf-${span}`,
    origin: HF_ORIGIN,
    usableAfterDays: 1,
    listsOn: () => false,
    fetch: async (ask) => {
      const today = dayOf(ask.now);
      const query = QUERY_OF[span](ask.day ?? today);
      const list = {
        source: HF_ORIGIN,
        query,
        day: ask.day ?? today,
        lastDay: today,
        usableAfterDays: 1 as const,
        keepsDays: true,
      };
      const read = await readHfList(deps, list, ask);
      return read && { day: null, ...read };
    },
  };
}

const QUERY_OF = { weekly: weekOf, monthly: (day: string) => `month=${day.slice(0, 7)}` };

/** `week=2026-W19`, after ISO 8601. */
function weekOf(day: string): string {
  const { yearOfWeek, weekOfYear } = Temporal.PlainDate.from(day);
  return `week=${yearOfWeek}-W${String(weekOfYear).padStart(2, '0')}`;
}
