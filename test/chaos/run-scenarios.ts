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
import type { ChaosOptions } from './options.ts';
import { isSelected, type Scenario } from './scenarios/scenario.ts';
import { PARALLEL_SCENARIOS } from './settings.ts';
import type { ScenarioRun } from './summary.ts';

/** Where the stages of a pair come from. */
interface DeploymentTemplate {
  perform(scenario: Scenario, options: EnvironmentOptions): Promise<ScenarioResult>;
  close(): Promise<void>;
}

/** Those that mostly wait run beside the lanes; those that crash what all share run last. */
export async function runAll(
  chosen: readonly Scenario[],
  options: ChaosOptions,
): Promise<ScenarioRun[]> {
  const templates = createResourceStack();
  const environments = createResourceStack();
  try {
    return await Promise.race([
      interrupted(),
      runOn({ homes: templates, stages: environments }, chosen, options),
    ]);
  } finally {
    await environments.closeAll();
    await templates.closeAll();
    // An interrupted story goes on until it meets what is gone.
    await killAll();
  }
}

/** Rejects at SIGINT or SIGTERM, so that the servers are stopped all the same. */
function interrupted(): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      process.once(name, () => reject(new Error(`Interrupted by ${name}.`)));
    }
  });
}

async function runOn(
  { homes: templates, stages: environments }: { homes: ResourceStack; stages: ResourceStack },
  chosen: readonly Scenario[],
  options: ChaosOptions,
): Promise<ScenarioRun[]> {
  const filter = { isLong: options.sizes.servers.isLong, isNamed: options.only.length > 0 };
  const templateOf = new Map<Deployment, DeploymentTemplate>();
  for (const pair of options.deployments) {
    if (chosen.some((scenario) => isSelected(scenario, pair, filter)))
      templateOf.set(pair, await templates.open(() => openTemplate(pair, environments, options)));
  }
  const tasks = [...templateOf].flatMap(([pair, template]) =>
    chosen
      .filter((scenario) => isSelected(scenario, pair, filter))
      .map((scenario) => ({
        scenario,
        run: async () => {
          const ran = await runOne(pair, scenario, options, template);
          if (environments.isClosed()) throw new Error('The run is over.');
          printResult(ran);
          return ran;
        },
      })),
  );
  const background = tasks
    .filter(({ scenario }) => scenario.runsInBackground)
    .map(({ run }) => run());
  const others = tasks.filter(({ scenario }) => !scenario.runsInBackground);
  const [foreground, ...backgroundRuns] = await Promise.all([
    runInParallel(others.filter(({ scenario }) => !scenario.breaksPostgres)),
    ...background,
  ]);
  const ran = [...foreground, ...backgroundRuns];
  for (const { scenario, run } of others) if (scenario.breaksPostgres) ran.push(await run());
  return ran;
}

async function runInParallel(
  tasks: readonly { run: () => Promise<ScenarioRun> }[],
): Promise<ScenarioRun[]> {
  const waiting = [...tasks];
  const ran: ScenarioRun[] = [];
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) ran.push(await next.run());
  };
  await Promise.all(Array.from({ length: PARALLEL_SCENARIOS }, worker));
  return ran;
}

async function openTemplate(
  pair: Deployment,
  environments: ResourceStack,
  { sizes }: ChaosOptions,
): Promise<DeploymentTemplate> {
  if (pair === 'servers') {
    const template = await openServerTemplate();
    return {
      close: template.stop,
      perform: async ({ servers }, options) =>
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
    perform: async ({ embedded }, options) =>
      runInEnvironment(
        environments,
        () => openEmbeddedEnvironment(template, options),
        (environment) => embedded?.(environment, sizes.embedded),
      ),
  };
}

/** A process that ended by itself is told in any case: in most scenarios it should have lived on. */
async function runInEnvironment<Place extends ChaosEnvironment>(
  environments: ResourceStack,
  opening: () => Promise<Place>,
  runScenario: (environment: Place) => Promise<ScenarioResult> | undefined,
): Promise<ScenarioResult> {
  const environment = await environments.open(opening);
  try {
    return (await runScenario(environment)) ?? { counts: null, violations: [] };
  } finally {
    for (const crash of environment.crashes) environment.log(`a process ended by itself: ${crash}`);
    await environments.close(environment);
  }
}

async function runOne(
  pair: Deployment,
  scenario: Scenario,
  { seed }: ChaosOptions,
  { perform }: DeploymentTemplate,
): Promise<ScenarioRun> {
  const { name, workers, movesClock } = scenario;
  const beganAt = performance.now();
  const finding = await perform(scenario, {
    random: createRandom(seed),
    log: (line) => printLine({ name, pair }, line),
    ...(workers !== undefined && { workers }),
    ...(movesClock && { movesClock }),
  }).catch((error: Error) => ({
    counts: null,
    violations: [`it broke off: ${error.message}`],
  }));
  const seconds = Math.round((performance.now() - beganAt) / 100) / 10;
  return { name, pair, seconds, finding };
}

function printResult({ name, pair, seconds, finding: { violations } }: ScenarioRun): void {
  const status = violations.length === 0 ? 'held' : 'BROKEN';
  console.error(`${status.padEnd(7)} ${name}, ${pair}, ${seconds} s`);
  for (const violation of violations) printLine({ name, pair }, violation);
}

function printLine({ name, pair }: Pick<ScenarioRun, 'name' | 'pair'>, line: string): void {
  console.error(`  ${name}, ${pair}: ${line}`);
}
