import { pause } from '../../processes/support/paperboy.ts';

/** A lease, a sweep, and the work of a busy machine: no wait takes longer, in ms. */
export const MAX_WAIT_MS = 180_000;

const TIMEOUT_CODE = 'WAIT_TIMEOUT';

/** The error of a wait that exceeded its limit, or of servers that did not start: on a busy machine
 *  that may be no fault of Paperboy. */
export function createTimeoutError(message: string): Error {
  return Object.assign(new Error(message), { code: TIMEOUT_CODE });
}

export function isTimeoutError(error: unknown): boolean {
  return (error as { code?: unknown }).code === TIMEOUT_CODE;
}

interface WaitOptions {
  /** Limit in ms. @defaultValue three minutes */
  timeoutMs?: number;
  /** Something that changes while the work goes on: then the limit counts from its last change. */
  progress?: () => unknown;
  /** Between two looks, in ms. @defaultValue 50 */
  intervalMs?: number;
}

/** Waits until something is true. @throws Error that says `what` did not happen in time, see
 *  `isTimeoutError`. */
export async function waitUntil(
  what: string,
  isTrue: () => Promise<boolean> | boolean,
  { timeoutMs = MAX_WAIT_MS, progress = () => null, intervalMs = 50 }: WaitOptions = {},
): Promise<void> {
  let last = progress();
  let changedAt = performance.now();
  while (!(await isTrue())) {
    const current = progress();
    if (current !== last) changedAt = performance.now();
    last = current;
    if (performance.now() - changedAt > timeoutMs)
      throw createTimeoutError(`Within ${timeoutMs / 1000} s it did not happen that ${what}.`);
    await pause(intervalMs);
  }
}
