import { killAll } from '../processes/support/paperboy.ts';
import { createRandom } from '../support/random.ts';
import type { Options } from './options.ts';
import { isWanted, type Scenario } from './scenarios/scenario.ts';
import { LANES } from './settings.ts';
import { openEmbeddedHome, openEmbeddedStage } from './stage/embedded.ts';
import { createKeeper, type Keeper } from './stage/keeper.ts';
import { openServersHome, openServersStage, type StageOptions } from './stage/servers.ts';
import type { Finding, Pair, Stage } from './stage/stage.ts';
import type { Ran } from './summary.ts';

/** Where the stages of a pair come from. */
interface Home {
  perform(scenario: Scenario, options: StageOptions): Promise<Finding>;
  close(): Promise<void>;
}

/** Those that mostly wait run beside the lanes; those that crash what all share run last. */
export async function runAll(chosen: readonly Scenario[], options: Options): Promise<Ran[]> {
  const homes = createKeeper();
  const stages = createKeeper();
  try {
    return await Promise.race([interrupted(), runOn({ homes, stages }, chosen, options)]);
  } finally {
    await stages.closeAll();
    await homes.closeAll();
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
  { homes, stages }: { homes: Keeper; stages: Keeper },
  chosen: readonly Scenario[],
  options: Options,
): Promise<Ran[]> {
  const form = { isLong: options.sizes.servers.isLong, isNamed: options.only.length > 0 };
  const places = new Map<Pair, Home>();
  for (const pair of options.pairs) {
    if (chosen.some((scenario) => isWanted(scenario, pair, form)))
      places.set(pair, await homes.open(() => openHome(pair, stages, options)));
  }
  const tasks = [...places].flatMap(([pair, home]) =>
    chosen
      .filter((scenario) => isWanted(scenario, pair, form))
      .map((scenario) => ({
        scenario,
        run: async () => {
          const ran = await runOne(pair, scenario, options, home);
          if (stages.isOver()) throw new Error('The run is over.');
          tell(ran);
          return ran;
        },
      })),
  );
  const patient = tasks.filter(({ scenario }) => scenario.isPatient).map(({ run }) => run());
  const others = tasks.filter(({ scenario }) => !scenario.isPatient);
  const [inTurn, ...beside] = await Promise.all([
    inLanes(others.filter(({ scenario }) => !scenario.breaksPostgres)),
    ...patient,
  ]);
  const ran = [...inTurn, ...beside];
  for (const { scenario, run } of others) if (scenario.breaksPostgres) ran.push(await run());
  return ran;
}

async function inLanes(tasks: readonly { run: () => Promise<Ran> }[]): Promise<Ran[]> {
  const waiting = [...tasks];
  const ran: Ran[] = [];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) ran.push(await next.run());
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return ran;
}

async function openHome(pair: Pair, stages: Keeper, { sizes }: Options): Promise<Home> {
  if (pair === 'servers') {
    const home = await openServersHome();
    return {
      close: home.stop,
      perform: async ({ servers }, options) =>
        on(
          stages,
          () => openServersStage(home, options),
          (stage) => servers?.(stage, sizes.servers),
        ),
    };
  }
  const home = await openEmbeddedHome();
  return {
    close: home.stop,
    perform: async ({ embedded }, options) =>
      on(
        stages,
        () => openEmbeddedStage(home, options),
        (stage) => embedded?.(stage, sizes.embedded),
      ),
  };
}

/** A process that ended by itself is told in any case: in most scenarios it should have lived on. */
async function on<Place extends Stage>(
  stages: Keeper,
  opening: () => Promise<Place>,
  story: (stage: Place) => Promise<Finding> | undefined,
): Promise<Finding> {
  const stage = await stages.open(opening);
  try {
    return (await story(stage)) ?? { counts: null, violations: [] };
  } finally {
    for (const crash of stage.crashes) stage.say(`a process ended by itself: ${crash}`);
    await stages.close(stage);
  }
}

async function runOne(
  pair: Pair,
  scenario: Scenario,
  { seed }: Options,
  { perform }: Home,
): Promise<Ran> {
  const { name, workers, movesClock } = scenario;
  const beganAt = performance.now();
  const finding = await perform(scenario, {
    random: createRandom(seed),
    say: (line) => say({ name, pair }, line),
    ...(workers !== undefined && { workers }),
    ...(movesClock && { movesClock }),
  }).catch((error: Error) => ({
    counts: null,
    violations: [`it broke off: ${error.message}`],
  }));
  const seconds = Math.round((performance.now() - beganAt) / 100) / 10;
  return { name, pair, seconds, finding };
}

function tell({ name, pair, seconds, finding: { violations } }: Ran): void {
  const verdict = violations.length === 0 ? 'held' : 'BROKEN';
  console.error(`${verdict.padEnd(7)} ${name}, ${pair}, ${seconds} s`);
  for (const violation of violations) say({ name, pair }, violation);
}

function say({ name, pair }: Pick<Ran, 'name' | 'pair'>, line: string): void {
  console.error(`  ${name}, ${pair}: ${line}`);
}
