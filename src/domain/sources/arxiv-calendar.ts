import { Temporal } from 'temporal-polyfill';
import { addDays, isMonday } from '../time/schedule.ts';
import { isWorkingDay } from './working-days.ts';

/** arXiv announces by the clock of New York. */
export const ARXIV_TIMEZONE = 'America/New_York';
const SUBMISSION_DEADLINE_HOUR = 14;

/** The submission times of the papers in arXiv's list of a day: from one deadline, 14:00 in New
 *  York, to the next (arXiv, “Availability of submissions”); null for a day without a list. */
export function getSubmissionWindow(day: string): { from: Date; to: Date } | null {
  if (!isWorkingDay(day)) return null;
  let previousListDay = addDays(day, -1);
  while (!isWorkingDay(previousListDay)) previousListDay = addDays(previousListDay, -1);
  return { from: getSubmissionDeadline(previousListDay), to: getSubmissionDeadline(day) };
}

/** The current day in arXiv's time zone. */
export function toArxivDay(now: Date): string {
  return Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(ARXIV_TIMEZONE)
    .toPlainDate()
    .toString();
}

/** The submission deadline of a list: the afternoon of the weekday before it. */
function getSubmissionDeadline(listDay: string): Date {
  const day = addDays(listDay, isMonday(listDay) ? -3 : -1);
  const at = Temporal.PlainDate.from(day).toZonedDateTime({
    timeZone: ARXIV_TIMEZONE,
    plainTime: { hour: SUBMISSION_DEADLINE_HOUR },
  });
  return new Date(at.epochMilliseconds);
}
