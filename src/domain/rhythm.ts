import { Temporal } from 'temporal-polyfill';
import { ARXIV_ZONE, arxivDay } from './announcement.ts';
import type { Source } from './fetched.ts';
import { addDays, dayOf } from './schedule.ts';

/** What it hangs on when a source has its lists. */
export type Rhythm = Pick<Source, 'usableAfterDays' | 'listsOn'>;

/** A list that is there at once is made at midnight in New York (arXiv's feeds); it takes some minutes. */
const AFTER_MIDNIGHT_MINUTES = 20;

/** Whether its lists are those of days: then it has one of some day in a fortnight. */
export function hasDays(source: Rhythm, now: Date): boolean {
  return Array.from({ length: 14 }, (_, n) => addDays(dayOf(now), -n)).some((day) =>
    source.listsOn(day),
  );
}

/** The day that it is for a source: in New York for one whose lists are there at once. */
export function todayOf({ usableAfterDays }: Rhythm, now: Date): string {
  return usableAfterDays === 1 ? dayOf(now) : arxivDay(now);
}

/** When the list of `day` is there, if it is made at midnight in New York. */
export function madeAt(day: string): Date {
  const plainTime = { hour: 0, minute: AFTER_MIDNIGHT_MINUTES };
  const at = Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: ARXIV_ZONE, plainTime });
  return new Date(at.epochMilliseconds);
}

/** When the next list is there that is made at midnight in New York. */
export function nextMadeAt(now: Date): Date {
  const day = arxivDay(now);
  const today = madeAt(day);
  return today > now ? today : madeAt(addDays(day, 1));
}
