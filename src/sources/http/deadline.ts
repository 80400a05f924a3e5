/** A signal that aborts with another one, or when a time limit expires. */
interface Deadline {
  signal: AbortSignal;
  hasExpired(): boolean;
  clear(): void;
}

/**
 * Returns a deadline that aborts with `signal`, and after `timeoutMs` at the latest. Not
 * `AbortSignal.any`: Node 20 may garbage-collect it with its timer before it fires, and a silent
 * host would then hold the request forever.
 */
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
