import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from '../../db/transient.ts';

/** How long a database that is away is left alone between two questions, in ms. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/** Lets some time pass, in ms; ends early when the signal is aborted. */
export type Pause = (durationMs: number, signal: AbortSignal) => Promise<void>;

export const REAL_PAUSE: Pause = (durationMs, signal) =>
  sleep(durationMs, undefined, { signal }).catch(() => undefined);

/** The answer of a database that may be away, be it for long. Only for what may be done twice: the
 *  answer to a commit can be lost. Rejects when the question is wrong (`mayPass`), and with the last error
 *  when `signal` is aborted. */
export async function patiently<Answer>(
  ask: () => Promise<Answer>,
  {
    signal,
    pause,
    mayPass = isTransient,
  }: { signal: AbortSignal; pause: Pause; mayPass?: (error: unknown) => boolean },
): Promise<Answer> {
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || !mayPass(error)) throw error;
      await pause(pauseMs, signal);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
}
