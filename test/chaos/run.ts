import { killAll } from '../processes/support/paperboy.ts';
import { hasPostgres } from '../services/servers/postgres.ts';
import { hasRedis } from '../services/servers/redis.ts';
import { type Options, readOptions } from './options.ts';
import { createRandom } from './random.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { pairsOf, type Scenario } from './scenarios/scenario.ts';
import { MOST_IN_FLIGHT } from './settings.ts';
import { findFakeTime } from './stage/clock.ts';
import { openEmbeddedHome, openEmbeddedStage } from './stage/embedded.ts';
import { openServersHome, openServersStage, type StageOptions } from './stage/servers.ts';
import type { Finding, Pair, Stage } from './stage/stage.ts';
import { type Ran, summarise } from './summary.ts';

/** Breaks a running Paperboy from the outside and counts what became of each mail. Progress goes to
 *  standard error, the counts as one line of JSON to standard output. Exit 1 when the promise broke. */
try {
  process.exitCode = await main(readOptions(process.argv.slice(2)));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function main(options: Options): Promise<number> {
  if (options.isList) {
    for (const scenario of SCENARIOS) {
      console.log(`${scenario.name.padEnd(19)} ${pairsOf(scenario).join(', ')}`);
      console.log(`  ${scenario.about}.`);
    }
    return 0;
  }
  const missing = missingPrograms(options);
  if (missing.length > 0) throw new Error(missing.join('\n'));
  const chosen = choose(options);
  console.error(`Seed ${options.seed}.`);
  const ran: Ran[] = [];
  for (const pair of options.pairs) ran.push(...(await runPair(pair, chosen, options)));
  const summary = summarise(ran, { seed: options.seed, mostInFlight: MOST_IN_FLIGHT });
  console.log(JSON.stringify(summary));
  return summary.held ? 0 : 1;
}

function missingPrograms({ pairs }: Options): string[] {
  const needsServers = pairs.includes('servers');
  const missing = [
    ...(needsServers && !hasPostgres() ? ['postgresql'] : []),
    ...(needsServers && !hasRedis() ? ['redis-server'] : []),
    ...(findFakeTime() === null ? ['faketime'] : []),
  ];
  return missing.map(
    (name) => `${name} was not found. Install it (Debian: apt-get install ${name}).`,
  );
}

function choose({ only, sizes }: Options): Scenario[] {
  const unknown = only.filter((name) => !SCENARIOS.some((each) => each.name === name));
  if (unknown.length > 0) {
    throw new Error(`There is no scenario “${unknown[0]}”: --list shows their names.`);
  }
  return SCENARIOS.filter(({ name, onlyLong }) =>
    only.length > 0 ? only.includes(name) : sizes.servers.isLong || !onlyLong,
  );
}

/** Opens a stage of a pair and runs a scenario on it. */
type Perform = (scenario: Scenario, options: StageOptions) => Promise<Finding>;

/** Those that mostly wait run beside the others; those that crash what all share run last. */
async function runPair(pair: Pair, chosen: Scenario[], options: Options): Promise<Ran[]> {
  const scenarios = chosen.filter((scenario) => scenario[pair]);
  if (scenarios.length === 0) return [];
  const { perform, stop } = await (pair === 'servers' ? servers(options) : embedded(options));
  const run = (scenario: Scenario) => runOne(pair, scenario, options, perform);
  const ran: Ran[] = [];
  try {
    const patient = scenarios.filter(({ isPatient }) => isPatient).map(run);
    const others = scenarios.filter(({ isPatient }) => !isPatient);
    for (const each of others.filter(({ breaksPostgres }) => !breaksPostgres))
      ran.push(await run(each));
    ran.push(...(await Promise.all(patient)));
    for (const each of others.filter(({ breaksPostgres }) => breaksPostgres))
      ran.push(await run(each));
    return ran;
  } finally {
    await killAll();
    await stop();
  }
}

async function servers({
  sizes,
}: Options): Promise<{ perform: Perform; stop: () => Promise<void> }> {
  const home = await openServersHome();
  return {
    stop: home.stop,
    perform: async ({ servers: story }, options) =>
      on(await openServersStage(home, options), (stage) => story?.(stage, sizes.servers)),
  };
}

async function embedded({
  sizes,
}: Options): Promise<{ perform: Perform; stop: () => Promise<void> }> {
  const home = await openEmbeddedHome();
  return {
    stop: home.stop,
    perform: async ({ embedded: story }, options) =>
      on(await openEmbeddedStage(home, options), (stage) => story?.(stage, sizes.embedded)),
  };
}

const NOTHING: Finding = { counts: null, violations: [] };

async function on<Place extends Stage>(
  stage: Place,
  story: (stage: Place) => Promise<Finding> | undefined,
): Promise<Finding> {
  try {
    return (await story(stage)) ?? NOTHING;
  } catch (error) {
    const crashes = stage.crashes.slice(-2).map((each) => ` A process ended by itself: ${each}`);
    return {
      counts: null,
      violations: [`it broke off: ${(error as Error).message}${crashes.join('')}`],
    };
  } finally {
    await stage.close();
  }
}

async function runOne(
  pair: Pair,
  scenario: Scenario,
  { seed }: Options,
  perform: Perform,
): Promise<Ran> {
  const { name, workers, movesClock } = scenario;
  const tell = (line: string) => console.error(`  ${name}: ${line}`);
  const beganAt = performance.now();
  const finding = await perform(scenario, {
    random: createRandom(seed),
    say: tell,
    ...(workers !== undefined && { workers }),
    ...(movesClock && { movesClock }),
  });
  const seconds = Math.round((performance.now() - beganAt) / 100) / 10;
  const verdict = finding.violations.length === 0 ? 'held' : 'BROKEN';
  console.error(`${verdict.padEnd(7)} ${name}, ${pair}, ${seconds} s`);
  for (const violation of finding.violations) tell(violation);
  return { name, pair, seconds, finding };
}
