import { addDays, toUtcDay } from '../../domain/time/schedule.ts';

/** `05:30 UTC`. */
export function formatTime(moment: Date): string {
  return `${moment.toISOString().slice(11, 16)} UTC`;
}

/** `8 May 2026, 07:05 UTC`. */
export function formatMoment(moment: Date): string {
  return `${LONG_DATE_FORMAT.format(moment)}, ${formatTime(moment)}`;
}

/** `today at 07:05 UTC`, or `yesterday`, or `tomorrow` (days in UTC); otherwise
 *  `8 May 2026, 07:05 UTC`. */
export function formatRelativeMoment(moment: Date, now: Date): string {
  const near = NEAR_DAYS.find(({ after }) => addDays(toUtcDay(now), after) === toUtcDay(moment));
  return near ? `${near.word} at ${formatTime(moment)}` : formatMoment(moment);
}

const NEAR_DAYS = [
  { word: 'today', after: 0 },
  { word: 'tomorrow', after: 1 },
  { word: 'yesterday', after: -1 },
] as const;

const LONG_DATE_FORMAT = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
