import { addDays, toUtcDay } from '../../domain/time/schedule.ts';

/** Weeks over which an average week is counted: a holiday in one of them does not rule it. */
export const AVERAGED_WEEKS = 4;

/** The days of the last four weeks, both ends included. */
export function averagedDays(now: Date): { first: string; last: string } {
  const last = toUtcDay(now);
  return { first: addDays(last, 1 - 7 * AVERAGED_WEEKS), last };
}
