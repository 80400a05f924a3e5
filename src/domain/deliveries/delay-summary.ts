/** How late the first attempts of a digest were, in seconds after the hour that readers chose. Each
 *  is at most this late, within 5 %. */
export interface DelaySummary {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** Rounds a delay in ms up to the whole second, and long ones to steps of 5 %, so that the delays
 *  of a million deliveries are few numbers. One before the hour is 0. */
export function roundUpDelay(delayMs: number): number {
  const seconds = Math.ceil(Math.max(0, delayMs) / 1000);
  if (seconds <= EXACT_SECONDS) return seconds;
  const steps = Math.ceil(Math.log(seconds / EXACT_SECONDS) / Math.log(STEP));
  return Math.ceil(EXACT_SECONDS * STEP ** steps);
}

/** Up to here a step of 5 % is less than a second. */
const EXACT_SECONDS = 20;
const STEP = 1.05;

/** Percentiles of delays, of which `counts` holds how often each occurred; null when there are
 *  none. */
export function summariseDelays(
  counts: readonly { seconds: number; count: number }[],
): DelaySummary | null {
  const sorted = [...counts].sort((a, b) => a.seconds - b.seconds);
  const total = sorted.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  const at = (share: number) => {
    let seen = 0;
    for (const { seconds, count } of sorted) {
      seen += count;
      if (seen >= share * total) return seconds;
    }
    return sorted.at(-1)?.seconds ?? 0;
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
