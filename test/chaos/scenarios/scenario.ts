import { pollUntil } from '../../processes/support/paperboy.ts';
import type { ChaosEnvironment, Deployment, ScenarioResult } from '../environment/environment.ts';
import type { ServerEnvironment } from '../environment/servers.ts';

/** The size of a run. */
export interface ScenarioSize {
  isLong: boolean;
  /** Of the random kills. */
  subscribers: number;
  kills: number;
}

/** One way of breaking things, in an environment of its own. */
export interface Scenario {
  name: string;
  /** What breaks, and what must hold. */
  about: string;
  /** @defaultValue 2 */
  workers?: number;
  movesClock?: true;
  /** Crashes PostgreSQL, which all scenarios share, so it runs after the others. */
  breaksPostgres?: true;
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
  await pollUntil(() => sink.accepted() >= count);
}

/** Adds further violations; null stands for none. */
export function addViolations(
  result: ScenarioResult,
  more: readonly (string | null)[],
): ScenarioResult {
  const found = more.filter((each) => each !== null);
  return { ...result, violations: [...result.violations, ...found] };
}
