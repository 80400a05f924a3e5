import { addDays, dayOf } from '../../domain/schedule.ts';

/** Weeks over which an average week is counted: a holiday in one of them does not rule it. */
export const WEEKS_COUNTED = 4;

/** The days of the last four weeks, both ends included. */
export function countedDays(now: Date): { first: string; last: string } {
  const last = dayOf(now);
  return { first: addDays(last, 1 - 7 * WEEKS_COUNTED), last };
}
