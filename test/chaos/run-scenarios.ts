import { killAll } from '../processes/support/paperboy.ts';
import { createRandom } from '../support/random.ts';
import { openEmbeddedEnvironment, openEmbeddedTemplate } from './environment/embedded.ts';
import type { ChaosEnvironment, Deployment, ScenarioResult } from './environment/environment.ts';
import { createResourceStack, type ResourceStack } from './environment/resource-stack.ts';
import {
  type EnvironmentOptions,
  openServerEnvironment,
  openServerTemplate,
} from './environment/servers.ts';
import { createTimeoutError, isTimeoutError } from './environment/waits.ts';
import type { ChaosOptions } from './options.ts';
import { isSelected, type Scenario } from './scenarios/scenario.ts';
import { PARALLEL_BACKGROUND_SCENARIOS, PARALLEL_SCENARIOS } from './settings.ts';
import { describeCounts, isOnlyLate, type ScenarioRun } from './summary.ts';

/** Opens the environments of a deployment. */
interface DeploymentTemplate {
  run(scenario: Scenario, options: EnvironmentOptions): Promise<ScenarioResult>;
  close(): Promise<void>;
}

/** Runs the scenarios, those that mostly wait beside the others, and then those once more, alone,
 *  that only exceeded a limit of time. */
export async function runAll(
  chosen: readonly Scenario[],
  options: ChaosOptions,
): Promise<ScenarioRun[]> {
  const templates = createResourceStack();
  const environments = createResourceStack();
  try {
    return await Promise.race([
      interrupted(),
      runScenarios({ templates, environments }, chosen, options),
    ]);
  } finally {
    await environments.closeAll();
    await templates.closeAll();
    // An interrupted scenario goes on until its environment is gone.
    await killAll();
  }
}

/** Rejects at SIGINT or SIGTERM, so that the servers are stopped nevertheless. */
function interrupted(): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.once(name, () => reject(new Error(`Interrupted by ${name}.`)));
    }
  });
}

async function runScenarios(
  { templates, environments }: { templates: ResourceStack; environments: ResourceStack },
  chosen: readonly Scenario[],
  options: ChaosOptions,
): Promise<ScenarioRun[]> {
  const filter = { isLong: options.sizes.servers.isLong, isNamed: options.only.length > 0 };
  const templateOf = new Map<Deployment, DeploymentTemplate>();
  for (const deployment of options.deployments) {
    if (chosen.some((scenario) => isSelected(scenario, deployment, filter)))
      templateOf.set(
        deployment,
        await templates.open(() => openTemplate(deployment, environments, options)),
      );
  }
  const tasks = [...templateOf].flatMap(([deployment, template]) =>
    chosen
      .filter((scenario) => isSelected(scenario, deployment, filter))
      .map((scenario) => ({
        scenario,
        isOf: (ran: ScenarioRun) => ran.name === scenario.name && ran.deployment === deployment,
        run: async () => {
          const ran = await runOne(deployment, scenario, options, template);
          if (environments.isClosed()) throw new Error('The run has ended.');
          printResult(ran);
          return ran;
        },
      })),
  );
  const inBackground = tasks.filter(({ scenario }) => scenario.runsInBackground);
  const others = tasks.filter(({ scenario }) => !scenario.runsInBackground);
  const ran = await Promise.all([
    runInParallel(others, PARALLEL_SCENARIOS),
    runInParallel(inBackground, PARALLEL_BACKGROUND_SCENARIOS),
  ]);
  return repeatLate(ran.flat(), (late) => tasks.find((task) => task.isOf(late))?.run());
}

/** Runs each scenario once more, alone and with the same random choices, that only exceeded a limit
 *  of time: the machine may have been too busy. One that breaks an invariant is never repeated. */
async function repeatLate(
  ran: readonly ScenarioRun[],
  repeat: (late: ScenarioRun) => Promise<ScenarioRun> | undefined,
): Promise<ScenarioRun[]> {
  const final: ScenarioRun[] = [];
  for (const each of ran) {
    if (!isOnlyLate(each)) {
      final.push(each);
      continue;
    }
    printLine(each, 'it exceeded a limit of time and runs once more, alone');
    final.push({ ...((await repeat(each)) ?? each), isRepeated: true });
  }
  return final;
}

async function runInParallel(
  tasks: readonly { run: () => Promise<ScenarioRun> }[],
  atOnce: number,
): Promise<ScenarioRun[]> {
  const waiting = [...tasks];
  const ran: ScenarioRun[] = [];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) ran.push(await next.run());
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return ran;
}

async function openTemplate(
  deployment: Deployment,
  environments: ResourceStack,
  { sizes }: ChaosOptions,
): Promise<DeploymentTemplate> {
  if (deployment === 'servers') {
    const template = await openServerTemplate();
    return {
      close: template.stop,
      run: async ({ servers }, options) =>
        runInEnvironment(
          environments,
          () => openServerEnvironment(template, options),
          (environment) => servers?.(environment, sizes.servers),
        ),
    };
  }
  const template = await openEmbeddedTemplate();
  return {
    close: template.stop,
    run: async ({ embedded }, options) =>
      runInEnvironment(
        environments,
        () => openEmbeddedEnvironment(template, options),
        (environment) => embedded?.(environment, sizes.embedded),
      ),
  };
}

/** Logs each process that ended by itself, because most scenarios expect none. */
async function runInEnvironment<Environment extends ChaosEnvironment>(
  environments: ResourceStack,
  open: () => Promise<Environment>,
  runScenario: (environment: Environment) => Promise<ScenarioResult> | undefined,
): Promise<ScenarioResult> {
  // Without its servers a scenario says nothing about Paperboy, so it runs once more.
  const environment = await environments.open(open).catch((error: Error) => {
    throw createTimeoutError(`Its servers did not start: ${error.message}`);
  });
  try {
    return (await runScenario(environment)) ?? { counts: null, violations: [] };
  } finally {
    for (const crash of environment.crashes) environment.log(`a process ended by itself: ${crash}`);
    await environments.close(environment);
  }
}

async function runOne(
  deployment: Deployment,
  scenario: Scenario,
  { seed }: ChaosOptions,
  template: DeploymentTemplate,
): Promise<ScenarioRun> {
  const { name, about: _about, servers: _servers, embedded: _embedded, ...options } = scenario;
  const startedAt = performance.now();
  const result = await template
    .run(scenario, {
      random: createRandom(seed),
      log: (line) => printLine({ name, deployment }, `${secondsSince(startedAt)} s: ${line}`),
      ...options,
    })
    .catch((error: Error) =>
      isTimeoutError(error)
        ? { counts: null, violations: [], late: [error.message] }
        : { counts: null, violations: [`the scenario failed: ${error.message}`] },
    );
  return { name, deployment, seconds: secondsSince(startedAt), result };
}

function secondsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) / 100) / 10;
}

function printResult({ name, deployment, seconds, result }: ScenarioRun): void {
  const { violations, late = [], counts } = result;
  const status = violations.length > 0 ? 'BROKEN' : late.length > 0 ? 'LATE' : 'held';
  const counted = describeCounts(counts);
  console.error(
    `${status.padEnd(7)} ${name}, ${deployment}, ${seconds} s${counted && `: ${counted}`}`,
  );
  for (const violation of [...violations, ...late]) printLine({ name, deployment }, violation);
}

function printLine(
  { name, deployment }: Pick<ScenarioRun, 'name' | 'deployment'>,
  line: string,
): void {
  console.error(`  ${name}, ${deployment}: ${line}`);
}
