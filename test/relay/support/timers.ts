import type { Timers } from '../../../src/relay/timers.ts';

/** Timers that tests advance. */
export interface FakeTimers extends Timers {
  advance(seconds: number): void;
}

export function createFakeTimers(): FakeTimers {
  const runs = new Set<() => void>();
  const once = new Set<{ at: number; run: () => void }>();
  let nowMs = 0;
  return {
    every: (_ms, run) => {
      runs.add(run);
      return () => runs.delete(run);
    },
    after: (ms, run) => {
      const timer = { at: nowMs + ms, run };
      once.add(timer);
      return () => once.delete(timer);
    },
    advance: (seconds) => {
      for (let second = 0; second < seconds; second += 1) {
        nowMs += 1000;
        for (const timer of once) if (timer.at <= nowMs && once.delete(timer)) timer.run();
        for (const run of runs) run();
      }
    },
  };
}
