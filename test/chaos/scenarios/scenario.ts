import { pause, pollUntil } from '../../processes/support/paperboy.ts';
import type { ChaosEnvironment, Deployment, ScenarioResult } from '../environment/environment.ts';
import type { EnvironmentOptions, ServerEnvironment } from '../environment/servers.ts';

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

/** A lease, a sweep, and the work of a busy machine: no wait for a mail takes longer, in ms. */
const MAX_WAIT_MS = 180_000;

/** Resolves once the SMTP server has accepted `count` messages. */
export async function waitForAccepted({ sink }: ChaosEnvironment, count: number): Promise<void> {
  await pollUntil(() => sink.accepted() >= count, MAX_WAIT_MS).catch(() => {
    throw new Error(
      `Only ${sink.accepted()} messages were accepted within ${MAX_WAIT_MS / 1000} s, expected ${count}.`,
    );
  });
}

/** Waits until something is true of the tables or the processes. @throws Error that names it. */
export async function waitUntil(
  what: string,
  isTrue: () => Promise<boolean> | boolean,
  timeoutMs = MAX_WAIT_MS,
): Promise<void> {
  await pollUntil(async () => (await isTrue()) || pause(50, false), timeoutMs).catch(() => {
    throw new Error(`Within ${timeoutMs / 1000} s it did not happen that ${what}.`);
  });
}

/** Adds further violations; null stands for none. */
export function addViolations(
  result: ScenarioResult,
  more: readonly (string | null)[],
): ScenarioResult {
  const found = more.filter((each) => each !== null);
  return { ...result, violations: [...result.violations, ...found] };
}
