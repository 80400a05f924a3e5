import { Temporal } from 'temporal-polyfill';
import { addDays, isMonday } from './schedule.ts';
import { isWorkingDay } from './working-days.ts';

/** By whose clock arXiv announces. */
export const ARXIV_ZONE = 'America/New_York';
const DEADLINE_HOUR = 14;

/** When the papers of arXiv's list of a day were handed in: from one deadline to the next, 14:00 in New York
 *  (arXiv, “Availability of submissions”); null for a day that has no list. */
export function submittedFor(day: string): { from: Date; to: Date } | null {
  if (!isWorkingDay(day)) return null;
  let listBefore = addDays(day, -1);
  while (!isWorkingDay(listBefore)) listBefore = addDays(listBefore, -1);
  return { from: deadlineOf(listBefore), to: deadlineOf(day) };
}

/** The day that it is in New York, by which arXiv announces. */
export function arxivDay(now: Date): string {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(ARXIV_ZONE)
    .toPlainDate()
    .toString();
}

/** Of a list: the afternoon of the weekday before it. */
function deadlineOf(list: string): Date {
  const day = addDays(list, isMonday(list) ? -3 : -1);
  const at = Temporal.PlainDate.from(day).toZonedDateTime({
    timeZone: ARXIV_ZONE,
    plainTime: { hour: DEADLINE_HOUR },
  });
  return new Date(at.epochMilliseconds);
}
