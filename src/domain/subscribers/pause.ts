import { addDays, isCalendarDay } from '../time/schedule.ts';

/** Longest pause, in days: a later date is most likely a typing error. */
export const MAX_PAUSE_DAYS = 366;

/**
 * The day on which a pause ends, when the next digest is sent, later than `today`; null to end it
 * now.
 * @throws Error with a sentence that names the value and what was expected.
 */
export function parsePausedUntil(raw: unknown, today: string): string | null {
  if (raw === null || raw === '') return null;
  const last = addDays(today, MAX_PAUSE_DAYS);
  if (typeof raw === 'string' && isCalendarDay(raw) && raw > today && raw <= last) {
    return raw;
  }
  const shown = String(raw).slice(0, 40);
  throw new Error(
    `“${shown}” is not a day to pause until: expected one from ${addDays(today, 1)} to ${last}.`,
  );
}

/** The status of a subscriber who confirms a sign-up. */
export function decideConfirmedStatus(
  pausedUntil: string | null,
  today: string,
): 'active' | 'paused' {
  return pausedUntil !== null && pausedUntil > today ? 'paused' : 'active';
}
