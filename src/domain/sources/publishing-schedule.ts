import { Temporal } from 'temporal-polyfill';
import { addDays, toUtcDay } from '../time/schedule.ts';
import { ARXIV_TIMEZONE, toArxivDay } from './arxiv-calendar.ts';
import type { Source } from './source.ts';

/** The parts of a source that determine when its lists are published. */
export type PublishingSchedule = Pick<Source, 'usableAfterDays' | 'listsOn'>;

/** arXiv generates its feeds at midnight in New York, which takes some minutes. */
const PUBLICATION_DELAY_MINUTES = 20;

/** Whether the lists of a source belong to days: then it has one for some day of any fortnight. */
export function hasDatedLists(source: PublishingSchedule, now: Date): boolean {
  return Array.from({ length: 14 }, (_, n) => addDays(toUtcDay(now), -n)).some((day) =>
    source.listsOn(day),
  );
}

/** The current day of a source: in New York for lists published at once, otherwise in UTC. */
export function getSourceToday({ usableAfterDays }: PublishingSchedule, now: Date): string {
  return usableAfterDays === 1 ? toUtcDay(now) : toArxivDay(now);
}

/** When a list that is generated at midnight in New York is available for `day`. */
export function getPublicationTime(day: string): Date {
  const plainTime = { hour: 0, minute: PUBLICATION_DELAY_MINUTES };
  const at = Temporal.PlainDate.from(day).toZonedDateTime({ timeZone: ARXIV_TIMEZONE, plainTime });
  return new Date(at.epochMilliseconds);
}

/** When the next list that is generated at midnight in New York is available. */
export function getNextPublicationTime(now: Date): Date {
  const day = toArxivDay(now);
  const today = getPublicationTime(day);
  return today > now ? today : getPublicationTime(addDays(day, 1));
}
