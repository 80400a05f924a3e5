import type { Counts } from './check-invariants.ts';
import type { Deployment, ScenarioResult } from './environment/environment.ts';

/** A scenario that ran. */
export interface ScenarioRun {
  name: string;
  pair: Deployment;
  seconds: number;
  finding: ScenarioResult;
}

const SUMMED = [
  'readers',
  'accepted',
  'accepted_twice',
  'lost',
  'unaccounted',
  'accepted_but_denied',
  'unknown',
  'kills',
] as const satisfies readonly (keyof Counts)[];

/** The counts of a whole run, for its one line of JSON. */
export function summariseRuns(
  ran: readonly ScenarioRun[],
  about: { seed: number; mostInFlight: number },
) {
  const counts = ran.map(({ finding }) => finding.counts).filter((each) => each !== null);
  const sums = Object.fromEntries(
    SUMMED.map((name) => [name, counts.reduce((sum, each) => sum + each[name], 0)]),
  );
  const violations = ran.flatMap(({ name, pair, finding }) =>
    finding.violations.map((what) => ({ scenario: name, pair, what })),
  );
  return {
    held: violations.length === 0,
    seed: about.seed,
    scenarios: ran.length,
    ...sums,
    worst_unknown_per_kill: Math.max(0, ...counts.map((each) => each.worst_unknown_per_kill)),
    bound_per_kill: about.mostInFlight,
    ...Object.assign({}, ...ran.map(({ finding }) => finding.facts ?? {})),
    violations,
  };
}
