import type { Timers } from '../../../src/relay/timers.ts';

/** Timers that tests advance. */
export interface FakeTimers extends Timers {
  advance(seconds: number): void;
}

export function createFakeTimers(): FakeTimers {
  const runs = new Set<() => void>();
  return {
    every: (_ms, run) => {
      runs.add(run);
      return () => runs.delete(run);
    },
    advance: (seconds) => {
      for (let second = 0; second < seconds; second += 1) for (const run of runs) run();
    },
  };
}
