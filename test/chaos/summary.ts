import type { Counts } from './check-invariants.ts';
import type { Deployment, ScenarioResult } from './environment/environment.ts';

/** A finished scenario. */
export interface ScenarioRun {
  name: string;
  deployment: Deployment;
  seconds: number;
  result: ScenarioResult;
}

const SUMMED = [
  'subscribers',
  'accepted',
  'accepted_twice',
  'lost',
  'unaccounted',
  'accepted_but_unrecorded',
  'unknown',
  'kills',
] as const satisfies readonly (keyof Counts)[];

/** The counts of a whole run, which it prints as one line of JSON. */
export function summariseRuns(
  ran: readonly ScenarioRun[],
  about: { seed: number; maxInFlight: number },
) {
  const counts = ran.map(({ result }) => result.counts).filter((each) => each !== null);
  const sums = Object.fromEntries(
    SUMMED.map((name) => [name, counts.reduce((sum, each) => sum + each[name], 0)]),
  );
  const violations = ran.flatMap(({ name, deployment, result }) =>
    result.violations.map((what) => ({ scenario: name, deployment, what })),
  );
  return {
    held: violations.length === 0,
    seed: about.seed,
    scenarios: ran.length,
    ...sums,
    worst_unknown_per_kill: Math.max(0, ...counts.map((each) => each.worst_unknown_per_kill)),
    bound_per_kill: about.maxInFlight,
    ...Object.assign({}, ...ran.map(({ result }) => result.facts ?? {})),
    violations,
  };
}
