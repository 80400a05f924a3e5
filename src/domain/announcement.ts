import { Temporal } from 'temporal-polyfill';
import { addDays, daysSinceMonday } from './schedule.ts';

const ARXIV_ZONE = 'America/New_York';
const DEADLINE_HOUR = 14;

/** What arXiv's feed of a day announces: new papers handed in from one deadline to the next, 14:00 in New
 *  York on working days (arXiv, “Availability of submissions”); null at weekends, which have none.
 *  Holidays are not known here: their papers come with the day after, a day early by this. */
export function submittedFor(day: string): { from: Date; to: Date } | null {
  const weekday = daysSinceMonday(day);
  if (weekday >= 5) return null;
  // Friday's deadline is announced on Monday, Monday's, which has the weekend's, on Tuesday.
  const back: [number, number] = weekday === 0 ? [4, 3] : weekday === 1 ? [4, 1] : [2, 1];
  return { from: deadlineOf(addDays(day, -back[0])), to: deadlineOf(addDays(day, -back[1])) };
}

/** The day that it is in New York, by which arXiv announces. */
export function arxivDay(now: Date): string {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(ARXIV_ZONE)
    .toPlainDate()
    .toString();
}

function deadlineOf(day: string): Date {
  const at = Temporal.PlainDate.from(day).toZonedDateTime({
    timeZone: ARXIV_ZONE,
    plainTime: { hour: DEADLINE_HOUR },
  });
  return new Date(at.epochMilliseconds);
}
