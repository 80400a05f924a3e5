import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import type { Scheduler } from './scheduler.ts';

/** What a timer function returns. */
interface VirtualTimer {
  cancel: () => void;
  ref(): VirtualTimer;
  unref(): VirtualTimer;
  hasRef(): boolean;
}

type Callback = (...args: unknown[]) => void;

/**
 * Replaces the timers of Node by those of the scheduler: each belongs to the process whose event
 * set it. The time of day is `wallClockMs`. Returns a function that puts back the real ones. Only
 * code that the scheduler runs may be active in between.
 */
export function installVirtualTimers(scheduler: Scheduler, wallClockMs: () => number): () => void {
  const realNow = Date.now;
  const globals = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
    setImmediate: globalThis.setImmediate,
    clearImmediate: globalThis.clearImmediate,
  };
  const promises = {
    setTimeout: timersPromises.setTimeout,
    setImmediate: timersPromises.setImmediate,
  };

  const setTimer = (delayMs: number, run: () => void) => {
    const owner = scheduler.current();
    return createTimer(scheduler.after(delayMs, owner, run));
  };
  const setTimeout = (run: Callback, delayMs = 0, ...args: unknown[]) =>
    setTimer(Math.max(1, delayMs), () => run(...args));
  const setInterval = (run: Callback, delayMs = 0, ...args: unknown[]) => {
    const owner = scheduler.current();
    const timer = createTimer(() => undefined);
    const repeat = () => {
      const cancel = scheduler.after(Math.max(1, delayMs), owner, () => {
        repeat();
        run(...args);
      });
      timer.cancel = cancel;
    };
    repeat();
    return timer;
  };
  const setImmediate = (run: Callback, ...args: unknown[]) => setTimer(0, () => run(...args));
  const clear = (timer: VirtualTimer | undefined) => timer?.cancel();

  const wait = (delayMs = 0, value?: unknown, { signal }: { signal?: AbortSignal } = {}) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(createAbortError(signal));
      const timer = setTimer(Math.max(1, delayMs), () => {
        signal?.removeEventListener('abort', abort);
        resolve(value);
      });
      const abort = () => {
        timer.cancel();
        reject(createAbortError(signal));
      };
      signal?.addEventListener('abort', abort, { once: true });
    });

  Object.assign(globalThis, {
    setTimeout,
    setInterval,
    setImmediate,
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  });
  Object.assign(timersPromises, {
    setTimeout: wait,
    setImmediate: (value?: unknown) => new Promise((resolve) => setTimer(0, () => resolve(value))),
  });
  Date.now = wallClockMs;
  syncBuiltinESMExports();
  return () => {
    Date.now = realNow;
    Object.assign(globalThis, globals);
    Object.assign(timersPromises, promises);
    syncBuiltinESMExports();
  };
}

function createTimer(cancel: () => void): VirtualTimer {
  const timer: VirtualTimer = {
    cancel: () => cancel(),
    ref: () => timer,
    unref: () => timer,
    hasRef: () => true,
  };
  return timer;
}

function createAbortError(signal: AbortSignal | undefined): Error {
  return Object.assign(new Error('The operation was aborted', { cause: signal?.reason }), {
    code: 'ABORT_ERR',
    name: 'AbortError',
  });
}
