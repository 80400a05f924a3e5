/** What is to end with `signal`, and after `timeoutMs` at the latest. */
export interface Deadline {
  signal: AbortSignal;
  isOver(): boolean;
  clear(): void;
}

/** Node 20 may collect a signal of `AbortSignal.any` together with its timer before it fires, and then a host
 *  that falls silent holds the request for ever: a controller that is held does not go. */
export function openDeadline(signal: AbortSignal, timeoutMs: number): Deadline {
  const controller = new AbortController();
  let isOver = false;
  const stop = () => controller.abort(signal.reason);
  const timer = setTimeout(() => {
    isOver = true;
    controller.abort();
  }, timeoutMs);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return {
    signal: controller.signal,
    isOver: () => isOver,
    clear: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    },
  };
}
