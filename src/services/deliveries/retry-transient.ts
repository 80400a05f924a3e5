import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from '../../db/transient.ts';

/** How long a database that is away is left alone between two questions, in ms. */
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 2000;

/** Lets some time pass, in ms; ends early when the signal is aborted. */
export type Sleep = (durationMs: number, signal: AbortSignal) => Promise<void>;

export const abortableSleep: Sleep = (durationMs, signal) =>
  sleep(durationMs, undefined, { signal }).catch(() => undefined);

/** The answer of a database that may be away, be it for long. Only for what may be done twice: the
 *  answer to a commit can be lost. Rejects when the question is wrong (`mayPass`), and with the last error
 *  when `signal` is aborted. */
export async function retryTransient<Answer>(
  operation: () => Promise<Answer>,
  {
    signal,
    pause: sleep,
    mayPass: isRetryable = isTransient,
  }: { signal: AbortSignal; pause: Sleep; mayPass?: (error: unknown) => boolean },
): Promise<Answer> {
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
