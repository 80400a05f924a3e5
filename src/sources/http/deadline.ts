/** What is to end with `signal`, and after `timeoutMs` at the latest. */
export interface Deadline {
  signal: AbortSignal;
  hasExpired(): boolean;
  clear(): void;
}

/** Node 20 may collect a signal of `AbortSignal.any` together with its timer before it fires, and then a host
 *  that falls silent holds the request for ever: a controller that is held does not go. */
export function createDeadline(signal: AbortSignal, timeoutMs: number): Deadline {
  const controller = new AbortController();
  let hasExpired = false;
  const abort = () => controller.abort(signal.reason);
  const timer = setTimeout(() => {
    hasExpired = true;
    controller.abort();
  }, timeoutMs);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    hasExpired: () => hasExpired,
    clear: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    },
  };
}
