import type { ChaosEnvironment, Deployment, ScenarioResult } from '../environment/environment.ts';
import type { EnvironmentOptions, ServerEnvironment } from '../environment/servers.ts';
import { waitUntil } from '../environment/waits.ts';

/** The size of a run. */
export interface ScenarioSize {
  isLong: boolean;
  /** Of the random kills. */
  subscribers: number;
  kills: number;
}

/** One way of breaking things, in an environment of its own. */
export interface Scenario extends Omit<EnvironmentOptions, 'random' | 'log'> {
  name: string;
  /** What breaks, and what must hold. */
  about: string;
  /** Mostly waits, so it runs beside the others. */
  runsInBackground?: true;
  /** The deployments of the short form. @defaultValue all that the scenario supports */
  quickDeployments?: readonly Deployment[];
  servers?: (environment: ServerEnvironment, sizes: ScenarioSize) => Promise<ScenarioResult>;
  embedded?: (environment: ChaosEnvironment, sizes: ScenarioSize) => Promise<ScenarioResult>;
}

export function deploymentsOf({ servers, embedded }: Scenario): Deployment[] {
  return [...(servers ? ['servers' as const] : []), ...(embedded ? ['embedded' as const] : [])];
}

/** Whether a run on this deployment includes the scenario. */
export function isSelected(
  scenario: Scenario,
  deployment: Deployment,
  { isLong, isNamed }: { isLong: boolean; isNamed: boolean },
): boolean {
  const { quickDeployments = deploymentsOf(scenario) } = scenario;
  return (
    deploymentsOf(scenario).includes(deployment) &&
    (isLong || isNamed || quickDeployments.includes(deployment))
  );
}

/** Resolves once the SMTP server has accepted `count` messages. */
export async function waitForAccepted({ sink }: ChaosEnvironment, count: number): Promise<void> {
  const options = { progress: () => sink.accepted(), intervalMs: 5 };
  await waitUntil(`${count} messages were accepted`, () => sink.accepted() >= count, options);
}

/** Adds further violations; null stands for none. */
export function addViolations(
  result: ScenarioResult,
  more: readonly (string | null)[],
): ScenarioResult {
  const found = more.filter((each) => each !== null);
  return { ...result, violations: [...result.violations, ...found] };
}

/** Adds promises of a time that were not kept; null stands for one that was. On a busy machine that
 *  may be no fault of Paperboy: see `ScenarioResult.late`. */
export function addLate(result: ScenarioResult, more: readonly (string | null)[]): ScenarioResult {
  const found = more.filter((each) => each !== null);
  return { ...result, late: [...(result.late ?? []), ...found] };
}
