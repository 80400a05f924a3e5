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
  'deliveries',
  'accepted',
  'accepted_twice',
  'lost',
  'unknown',
  'unknown_unseen',
  'unknown_needless',
  'kills',
] as const satisfies readonly (keyof Counts)[];

const WORST = [
  'worst_unknown_per_process',
  'most_sending',
  'worst_stall_s',
] as const satisfies readonly (keyof Counts)[];

/** What a scenario did to the mails, on one line; empty without counts. */
export function describeCounts(counts: Counts | null): string {
  if (counts === null) return '';
  const explained = counts.unknown - counts.unknown_needless;
  return [
    `${counts.kills} kills`,
    `${counts.accepted} accepted`,
    `${counts.accepted_twice} doubled`,
    `${counts.lost} lost`,
    `${counts.unknown} unknown (${explained} explained, ${counts.unknown_needless} needless)`,
    `worst stall ${counts.worst_stall_s} s`,
  ].join(', ');
}

/** The counts of a whole run, which it prints as one line of JSON. */
export function summariseRuns(
  ran: readonly ScenarioRun[],
  about: { seed: number; maxInFlight: number },
) {
  const counts = ran.map(({ result }) => result.counts).filter((each) => each !== null);
  const sums = SUMMED.map((name) => [name, counts.reduce((sum, each) => sum + each[name], 0)]);
  const worst = WORST.map((name) => [name, Math.max(0, ...counts.map((each) => each[name]))]);
  const violations = ran.flatMap(({ name, deployment, result }) =>
    result.violations.map((what) => ({ scenario: name, deployment, what })),
  );
  return {
    held: violations.length === 0,
    seed: about.seed,
    scenarios: ran.length,
    ...Object.fromEntries([...sums, ...worst]),
    bound_per_process: about.maxInFlight,
    ...Object.assign({}, ...ran.map(({ result }) => result.facts ?? {})),
    violations,
  };
}
