import { hasPostgres } from '../servers/postgres.ts';
import { hasRedis } from '../servers/redis.ts';
import { findFaketimeLibrary } from './environment/clock.ts';
import { type ChaosOptions, HELP, parseChaosOptions } from './options.ts';
import { runAll } from './run-scenarios.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { deploymentsOf, type Scenario } from './scenarios/scenario.ts';
import { MAX_IN_FLIGHT } from './settings.ts';
import { summariseRuns } from './summary.ts';

/** Breaks a running Paperboy from the outside and counts what became of each mail. Progress goes to
 *  standard error, the counts as one line of JSON to standard output. Exit 1 when the promise broke. */
const code = await main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  return 1;
});
// What an interrupted run was still about to do must not go on.
process.exit(code);

async function main(argv: readonly string[]): Promise<number> {
  const options = parseChaosOptions(argv);
  if (options.isHelp) {
    console.log(HELP);
    return 0;
  }
  if (options.isList) {
    for (const scenario of SCENARIOS) {
      console.log(`${scenario.name.padEnd(19)} ${deploymentsOf(scenario).join(', ')}`);
      console.log(`  ${scenario.about}.`);
    }
    return 0;
  }
  const missing = missingPrograms(options);
  if (missing.length > 0) throw new Error(missing.join('\n'));
  const chosen = choose(options);
  console.error(`Seed ${options.seed}.`);
  const ran = await runAll(chosen, options);
  const summary = summariseRuns(ran, { seed: options.seed, mostInFlight: MAX_IN_FLIGHT });
  console.log(JSON.stringify(summary));
  return summary.held ? 0 : 1;
}

function missingPrograms({ deployments: pairs }: ChaosOptions): string[] {
  const needsServers = pairs.includes('servers');
  const missing = [
    ...(needsServers && !hasPostgres() ? ['postgresql'] : []),
    ...(needsServers && !hasRedis() ? ['redis-server'] : []),
    ...(findFaketimeLibrary() === null ? ['faketime'] : []),
  ];
  return missing.map(
    (name) => `${name} was not found. Install it (Debian: apt-get install ${name}).`,
  );
}

function choose({ only }: ChaosOptions): Scenario[] {
  const unknown = only.filter((name) => !SCENARIOS.some((each) => each.name === name));
  if (unknown.length > 0) {
    throw new Error(`There is no scenario “${unknown[0]}”: --list shows their names.`);
  }
  return SCENARIOS.filter(({ name }) => only.length === 0 || only.includes(name));
}
