import { Temporal } from 'temporal-polyfill';
import { addDays, toUtcDay } from '../time/schedule.ts';
import { ARXIV_TIMEZONE, toArxivDay } from './arxiv-calendar.ts';
import type { Source } from './source.ts';

/** What it hangs on when a source has its lists. */
export type PublishingSchedule = Pick<Source, 'usableAfterDays' | 'listsOn'>;

/** A list that is there at once is made at midnight in New York (arXiv's feeds); it takes some minutes. */
const PUBLICATION_DELAY_MINUTES = 20;

/** Whether its lists are those of days: then it has one of some day in a fortnight. */
export function hasDatedLists(source: PublishingSchedule, now: Date): boolean {
  return Array.from({ length: 14 }, (_, n) => addDays(toUtcDay(now), -n)).some((day) =>
    source.listsOn(day),
  );
}

/** The day that it is for a source: in New York for one whose lists are there at once. */
export function getSourceToday({ usableAfterDays }: PublishingSchedule, now: Date): string {
  return usableAfterDays === 1 ? toUtcDay(now) : toArxivDay(now);
}

/** When the list of `day` is there, if it is made at midnight in New York. */
export function getPublicationTime(day: string): Date {
  const plainTime = { hour: 0, minute: PUBLICATION_DELAY_MINUTES };
  const at = Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: ARXIV_TIMEZONE, plainTime });
  return new Date(at.epochMilliseconds);
}

/** When the next list is there that is made at midnight in New York. */
export function getNextPublicationTime(now: Date): Date {
  const day = toArxivDay(now);
  const today = getPublicationTime(day);
  return today > now ? today : getPublicationTime(addDays(day, 1));
}
