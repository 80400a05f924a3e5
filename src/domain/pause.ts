import { addDays, isDay } from './schedule.ts';

/** Longest pause, in days: a date further away is a slip of the keyboard. */
export const MOST_PAUSE_DAYS = 366;

/**
 * Until when a reader pauses: the day of the first digest again, after `today`; null to take the
 * delivery up again.
 * @throws Error with a sentence that names the answer and what was expected.
 */
export function readPausedUntil(answer: unknown, today: string): string | null {
  if (answer === null || answer === '') return null;
  const last = addDays(today, MOST_PAUSE_DAYS);
  if (typeof answer === 'string' && isDay(answer) && answer > today && answer <= last) {
    return answer;
  }
  const shown = String(answer).slice(0, 40);
  throw new Error(
    `“${shown}” is no day to pause until: expected one from ${addDays(today, 1)} to ${last}.`,
  );
}

/** What the status of a reader becomes who confirms a sign-up. */
export function confirmedStatus(pausedUntil: string | null, today: string): 'active' | 'paused' {
  return pausedUntil !== null && pausedUntil > today ? 'paused' : 'active';
}
