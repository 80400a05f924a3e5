/**
 * `npm run chaos`: breaks the environment of a running Paperboy and checks that every mail was sent
 * once. Progress goes to standard error, the counts as one line of JSON to standard output. Exits
 * with 1 when an invariant was violated.
 *
 * - `scenarios/` has one way of breaking things per file.
 * - `environment/` starts the processes and servers of one scenario and queries its tables.
 * - `smtp/` is the SMTP server that accepts the mail and injects faults at each stage of a session.
 * - `postgres/` is a proxy that injects faults before and after commits.
 * - `check-invariants.ts` compares the accepted mails with the recorded states.
 */
import { hasPostgres } from '../servers/postgres.ts';
import { hasRedis } from '../servers/redis.ts';
import { findFaketimeLibrary } from './environment/clock.ts';
import { type ChaosOptions, HELP, parseChaosOptions } from './options.ts';
import { runAll } from './run-scenarios.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { deploymentsOf, type Scenario } from './scenarios/scenario.ts';
import { MAX_IN_FLIGHT } from './settings.ts';
import { describeBroken, summariseRuns } from './summary.ts';

const code = await main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  return 1;
});
// Ends what an interrupted run would still do.
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
  const summary = summariseRuns(ran, { seed: options.seed, maxInFlight: MAX_IN_FLIGHT });
  for (const line of describeBroken(ran, options.seed)) console.error(line);
  console.log(JSON.stringify(summary));
  return summary.held ? 0 : 1;
}

function missingPrograms({ deployments }: ChaosOptions): string[] {
  const needsServers = deployments.includes('servers');
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
