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
}

/** More failures than these say nothing new. */
const MAX_FAILURES = 3;

export const EMPTY_SUMMARY: SeedsSummary = { seeds: 0, steps: 0, states: {}, failures: [] };

/** Runs a range of seeds in this process. */
export async function runSeeds(
  { from, seeds, parts, remainder }: SeedRange,
  base: BaseData,
): Promise<SeedsSummary> {
  let summary = EMPTY_SUMMARY;
  for (let seed = from + remainder; seed < from + seeds; seed += parts) {
    summary = addResult(summary, await runPlan(createPlan(seed), base));
    if (summary.failures.length >= MAX_FAILURES) break;
  }
  return summary;
}

/** Runs seeds in a process for each core. */
export async function runSeedsInParallel(from: number, seeds: number): Promise<SeedsSummary> {
  const parts = Math.max(1, Math.min(availableParallelism(), seeds));
  const summaries = await Promise.all(
    Array.from({ length: parts }, (_, remainder) => runInChild({ from, seeds, parts, remainder })),
  );
  return summaries.reduce(addSummaries, EMPTY_SUMMARY);
}

function runInChild(range: SeedRange): Promise<SeedsSummary> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('run-seeds-child.ts', import.meta.url), [JSON.stringify(range)]);
    child.on('message', (summary: SeedsSummary) => resolve(summary));
    child.on('exit', (code) => {
      if (code !== 0) reject(new Error(`A process of the simulation ended with ${code}.`));
    });
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
