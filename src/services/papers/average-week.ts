import { addDays, toUtcDay } from '../../domain/time/schedule.ts';

/** Weeks in an average: enough that a holiday in one of them matters little. */
export const AVERAGED_WEEKS = 4;

/** The days of the last four weeks, both ends included. */
export function averagedDays(now: Date): { first: string; last: string } {
  const last = toUtcDay(now);
  return { first: addDays(last, 1 - 7 * AVERAGED_WEEKS), last };
}
