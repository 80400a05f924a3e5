import type { Timers } from '../../../src/relay/timers.ts';

/** Time that passes when it is told to. */
export interface TestTimers extends Timers {
  pass(seconds: number): void;
}

export function testTimers(): TestTimers {
  const runs = new Set<() => void>();
  return {
    every: (_ms, run) => {
      runs.add(run);
      return () => runs.delete(run);
    },
    pass: (seconds) => {
      for (let second = 0; second < seconds; second += 1) for (const run of runs) run();
    },
  };
}
