import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { BaseData } from './world/base-data.ts';
import { createPlan, type Plan } from './world/plan.ts';
import { type RunResult, runPlan } from './world/run-plan.ts';

/** What became of a range of seeds. */
export interface SeedsSummary {
  seeds: number;
  steps: number;
  /** Deliveries by their final state. */
  states: Record<string, number>;
  /** Plans that broke a promise, each with the promise. */
  failures: { plan: Plan; violation: string }[];
}

/** Seeds whose number leaves `remainder` when it is divided by `parts`. */
export interface SeedRange {
  from: number;
  seeds: number;
  parts: number;
  remainder: number;
  /** Ends after so many failures. @defaultValue 3: more say nothing new */
  maxFailures?: number;
}

export const EMPTY_SUMMARY: SeedsSummary = { seeds: 0, steps: 0, states: {}, failures: [] };

/** Runs a range of seeds in this process. */
export async function runSeeds(
  { from, seeds, parts, remainder, maxFailures = 3 }: SeedRange,
  base: BaseData,
): Promise<SeedsSummary> {
  let summary = EMPTY_SUMMARY;
  for (let seed = from + remainder; seed < from + seeds; seed += parts) {
    summary = addResult(summary, await runPlan(createPlan(seed), base));
    if (summary.failures.length >= maxFailures) break;
  }
  return summary;
}

/** Runs seeds in a process for each core. With `isFirstEnough`, the first failure ends all. */
export async function runSeedsInParallel(
  from: number,
  seeds: number,
  isFirstEnough = false,
): Promise<SeedsSummary> {
  const parts = Math.max(1, Math.min(availableParallelism(), seeds));
  const enough = new AbortController();
  const summaries = await Promise.all(
    Array.from({ length: parts }, async (_, remainder) => {
      const range = { from, seeds, parts, remainder, ...(isFirstEnough && { maxFailures: 1 }) };
      const summary = await runInChild(range, enough.signal);
      if (isFirstEnough && summary.failures.length > 0) enough.abort();
      return summary;
    }),
  );
  return summaries.reduce(addSummaries, EMPTY_SUMMARY);
}

/** Nothing is counted of a process that `enough` ends. */
function runInChild(range: SeedRange, enough: AbortSignal): Promise<SeedsSummary> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('run-seeds-child.ts', import.meta.url), [JSON.stringify(range)]);
    child.on('message', (summary: SeedsSummary) => resolve(summary));
    child.on('exit', (code) => {
      if (enough.aborted) resolve(EMPTY_SUMMARY);
      else if (code !== 0) reject(new Error(`A process of the simulation ended with ${code}.`));
    });
    enough.addEventListener('abort', () => child.kill('SIGKILL'));
  });
}

function addResult(summary: SeedsSummary, { plan, violation, steps, states }: RunResult) {
  const failures = violation === null ? [] : [{ plan, violation }];
  return addSummaries(summary, { seeds: 1, steps, states, failures });
}

function addSummaries(a: SeedsSummary, b: SeedsSummary): SeedsSummary {
  const states = { ...a.states };
  for (const [state, count] of Object.entries(b.states))
    states[state] = (states[state] ?? 0) + count;
  return {
    seeds: a.seeds + b.seeds,
    steps: a.steps + b.steps,
    states,
    failures: [...a.failures, ...b.failures],
  };
}
