import { createViolation } from './violation.ts';

/** A window of the rate, in ms. */
const WINDOW_MS = 1000;

/** Permits at both edges of a window, and one that answers of the database have moved. */
const MAX_EXCESS = 2;

/** Returns a function that notes a permit for a relay. It throws a violation when all workers
 *  together got more than `perSecond` within a second. */
export function createRateCheck(perSecond: number, nowMs: () => number): (relay: string) => void {
  const permits = new Map<string, number[]>();
  return (relay) => {
    const recent = (permits.get(relay) ?? []).filter((atMs) => atMs > nowMs() - WINDOW_MS);
    recent.push(nowMs());
    permits.set(relay, recent);
    if (recent.length > perSecond + MAX_EXCESS)
      throw createViolation(
        `${recent.length} mails may go to ${relay} within a second; SMTP_RATE is ${perSecond}.`,
      );
  };
}
