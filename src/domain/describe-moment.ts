import { addDays, dayOf } from './schedule.ts';

/** `05:30 UTC`. */
export function describeTime(moment: Date): string {
  return `${moment.toISOString().slice(11, 16)} UTC`;
}

/** `8 May 2026, 07:05 UTC`. */
export function describeMoment(moment: Date): string {
  return `${DAY.format(moment)}, ${describeTime(moment)}`;
}

/** `today at 07:05 UTC` for a moment of that day in UTC, likewise `yesterday` and `tomorrow`;
 *  `8 May 2026, 07:05 UTC` for all others. */
export function describeMomentNear(moment: Date, now: Date): string {
  const near = NEAR_DAYS.find(({ after }) => addDays(dayOf(now), after) === dayOf(moment));
  return near ? `${near.word} at ${describeTime(moment)}` : describeMoment(moment);
}

const NEAR_DAYS = [
  { word: 'today', after: 0 },
  { word: 'tomorrow', after: 1 },
  { word: 'yesterday', after: -1 },
] as const;

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
