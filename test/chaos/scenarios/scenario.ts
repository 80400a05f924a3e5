import { pollUntil } from '../../processes/support/paperboy.ts';
import type { ChaosEnvironment, Deployment, ScenarioResult } from '../environment/environment.ts';
import type { ServerEnvironment } from '../environment/servers.ts';

/** How much of everything. */
export interface ScenarioSize {
  isLong: boolean;
  /** Of the random kills, on the pair in question. */
  readers: number;
  kills: number;
}

/** One way of breaking things, on a stage of its own. */
export interface Scenario {
  name: string;
  /** What is broken and what must hold. */
  about: string;
  /** @defaultValue 2 */
  workers?: number;
  movesClock?: true;
  /** Crashes PostgreSQL, which all share: runs when the others are through. */
  breaksPostgres?: true;
  /** Mostly waits: runs beside the others. */
  runsInBackground?: true;
  /** The pairs on which the short form runs it. @defaultValue all that it can run on */
  quickDeployments?: readonly Deployment[];
  servers?: (environment: ServerEnvironment, sizes: ScenarioSize) => Promise<ScenarioResult>;
  embedded?: (environment: ChaosEnvironment, sizes: ScenarioSize) => Promise<ScenarioResult>;
}

export function deploymentsOf({ servers, embedded }: Scenario): Deployment[] {
  return [...(servers ? ['servers' as const] : []), ...(embedded ? ['embedded' as const] : [])];
}

/** Whether it belongs to a run on that pair. */
export function isSelected(
  scenario: Scenario,
  pair: Deployment,
  { isLong, isNamed }: { isLong: boolean; isNamed: boolean },
): boolean {
  const { quickDeployments: inShort = deploymentsOf(scenario) } = scenario;
  return deploymentsOf(scenario).includes(pair) && (isLong || isNamed || inShort.includes(pair));
}

/** Resolves once the sink has accepted so many. */
export async function waitForAccepted({ sink }: ChaosEnvironment, count: number): Promise<void> {
  await pollUntil(() => sink.accepted() >= count);
}

/** Adds what else was found wrong. */
export function addViolations(
  finding: ScenarioResult,
  more: readonly (string | null)[],
): ScenarioResult {
  const found = more.filter((each) => each !== null);
  return { ...finding, violations: [...finding.violations, ...found] };
}
