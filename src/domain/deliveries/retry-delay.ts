import { MINUTE_MS } from '../time/units.ts';

const RETRY_DELAYS_MINUTES = [5, 10, 20, 40, 60];

/** Delay before the next attempt after `attempts`, in ms: 5, 10, 20, 40, 60 minutes, then hourly.
 *  Each varies by ±20 %, so that a relay that was down does not get all retries at once. `random`
 *  is 0 to 1. */
export function computeRetryDelayMs(attempts: number, random: number): number {
  const minutes =
    RETRY_DELAYS_MINUTES[Math.min(Math.max(attempts, 1), RETRY_DELAYS_MINUTES.length) - 1] ?? 60;
  return Math.round(minutes * MINUTE_MS * (0.8 + 0.4 * random));
}
