import { addDays, isCalendarDay } from '../time/schedule.ts';

/** Longest pause, in days: a date further away is a slip of the keyboard. */
export const MAX_PAUSE_DAYS = 366;

/**
 * Until when a reader pauses: the day of the first digest again, after `today`; null to take the
 * delivery up again.
 * @throws Error with a sentence that names the answer and what was expected.
 */
export function parsePausedUntil(raw: unknown, today: string): string | null {
  if (raw === null || raw === '') return null;
  const last = addDays(today, MAX_PAUSE_DAYS);
  if (typeof raw === 'string' && isCalendarDay(raw) && raw > today && raw <= last) {
    return raw;
  }
  const shown = String(raw).slice(0, 40);
  throw new Error(
    `“${shown}” is no day to pause until: expected one from ${addDays(today, 1)} to ${last}.`,
  );
}

/** What the status of a reader becomes who confirms a sign-up. */
export function decideConfirmedStatus(
  pausedUntil: string | null,
  today: string,
): 'active' | 'paused' {
  return pausedUntil !== null && pausedUntil > today ? 'paused' : 'active';
}
