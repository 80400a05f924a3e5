import type { Counts } from './check-invariants.ts';
import type { Deployment, ScenarioResult } from './environment/environment.ts';

/** A finished scenario. */
export interface ScenarioRun {
  name: string;
  deployment: Deployment;
  seconds: number;
  result: ScenarioResult;
  /** Whether it is the second run of a scenario that exceeded a limit of time in the first. */
  isRepeated?: true;
}

/** Whether nothing is wrong but a limit of time that was exceeded. */
export function isOnlyLate({ result }: ScenarioRun): boolean {
  return result.violations.length === 0 && findProblems(result).length > 0;
}

function findProblems({ violations, late = [] }: ScenarioResult): readonly string[] {
  return [...violations, ...late];
}

/** The broken scenarios with what is wrong in each and the command that repeats it, for the end of
 *  the output. */
export function describeBroken(ran: readonly ScenarioRun[], seed: number): string[] {
  const broken = ran.filter(({ result }) => findProblems(result).length > 0);
  if (broken.length === 0) return [`All ${ran.length} scenarios held.`];
  return [
    `${broken.length} of ${ran.length} scenarios are broken.`,
    ...broken.flatMap(({ name, deployment, result, isRepeated }) => [
      `${name}, ${deployment}${isRepeated ? ', also alone' : ''}:`,
      ...findProblems(result).map((problem) => `  - ${shorten(problem)}`),
      `  npm run chaos -- --only ${name} --${deployment} --seed ${seed}`,
    ]),
  ];
}

/** In characters. */
const MAX_PROBLEM = 600;

function shorten(problem: string): string {
  const line = problem.replace(/\s*\n\s*/g, ' | ');
  return line.length <= MAX_PROBLEM ? line : `${line.slice(0, MAX_PROBLEM)}…`;
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
    findProblems(result).map((what) => ({ scenario: name, deployment, what })),
  );
  return {
    held: violations.length === 0,
    seed: about.seed,
    scenarios: ran.length,
    repeated: ran.filter(({ isRepeated }) => isRepeated).map(({ name }) => name),
    ...Object.fromEntries([...sums, ...worst]),
    bound_per_process: about.maxInFlight,
    ...Object.assign({}, ...ran.map(({ result }) => result.facts ?? {})),
    violations,
  };
}
