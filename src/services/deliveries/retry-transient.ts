import { setTimeout as wait } from 'node:timers/promises';
import { isTransient } from '../../db/transient.ts';

/** Pause before the first retry, doubled after each, in ms. */
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 2000;

/** Waits, in ms; ends early when the signal is aborted. */
export type Sleep = (durationMs: number, signal: AbortSignal) => Promise<void>;

export const abortableSleep: Sleep = (durationMs, signal) =>
  wait(durationMs, undefined, { signal }).catch(() => undefined);

/** Retries a database operation until the database is reachable, however long that takes. The
 *  operation must be idempotent: the answer to a commit can be lost. Rejects with an error that is
 *  not retryable, and with the last error once `signal` is aborted. */
export async function retryTransient<Value>(
  operation: () => Promise<Value>,
  options: { signal: AbortSignal; sleep: Sleep; isRetryable?: (error: unknown) => boolean },
): Promise<Value> {
  const { signal, sleep, isRetryable = isTransient } = options;
  let delayMs = FIRST_DELAY_MS;
  for (;;) {
    try {
      return await operation();
    } catch (error) {
      if (signal.aborted || !isRetryable(error)) throw error;
      await sleep(delayMs, signal);
      delayMs = Math.min(delayMs * 2, MAX_DELAY_MS);
    }
  }
}
