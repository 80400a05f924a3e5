/**
 * `npm run simulate`: runs the services that send mail in virtual time and breaks everything around
 * them. Exits with 1 when a promise was broken.
 *
 * - `postgres/` is a model of PostgreSQL in memory that executes the SQL of the program.
 * - `world/` has virtual time, the processes, a model of the queue, servers and a network for the
 *   SMTP client, the faults, and the invariants that are checked after every step.
 * - `plans/` keeps plans that found an error, as tests.
 */
import { readFile } from 'node:fs/promises';
import { HELP, parseSimulateOptions, type SimulateOptions } from './options.ts';
import { runSeedsInParallel } from './run-seeds.ts';
import { shrinkPlan } from './shrink-plan.ts';
import { type BaseData, loadBaseData } from './world/base-data.ts';
import { createPlan, type Plan } from './world/plan.ts';
import { runPlan } from './world/run-plan.ts';

const code = await main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  return 1;
});
process.exit(code);

async function main(argv: readonly string[]): Promise<number> {
  const options = parseSimulateOptions(argv, Date.now());
  if (options.isHelp) {
    console.log(HELP);
    return 0;
  }
  if (options.planFile !== null) return runOne(await readPlan(options.planFile), options);
  if (options.showsTrace) return runEach(options);
  return runMany(options);
}

/** Reads a plan as a failing seed prints it, or as `plans/` keeps it. */
async function readPlan(file: string): Promise<Plan> {
  const kept = JSON.parse(await readFile(file, 'utf8')) as Plan | { plan: Plan };
  return 'plan' in kept ? kept.plan : kept;
}

async function runEach(options: SimulateOptions): Promise<number> {
  let code = 0;
  for (let at = 0; at < options.seeds; at += 1)
    code = Math.max(code, await runOne(createPlan(options.from + at), options));
  return code;
}

async function runOne(plan: Plan, { isJson, shrinks }: SimulateOptions): Promise<number> {
  const base = await loadBaseData();
  const onLine = isJson ? () => undefined : (line: string) => console.log(line);
  const { violation, steps, durationMs, states } = await runPlan(plan, base, { onLine });
  const summary = {
    seed: plan.seed,
    steps,
    seconds: Math.round(durationMs / 1000),
    states,
    violation,
  };
  console.log(isJson ? JSON.stringify(summary) : formatSummary(summary));
  if (violation !== null && shrinks) console.log(JSON.stringify(await shrinkPlan(plan, base)));
  return violation === null ? 0 : 1;
}

function formatSummary({ seed, steps, seconds, violation }: Record<string, unknown>): string {
  const outcome = violation === null ? 'Every promise held.' : `Broken: ${violation}`;
  return `Seed ${seed}: ${steps} steps, ${seconds} s of virtual time. ${outcome}`;
}

async function runMany(options: SimulateOptions): Promise<number> {
  const { from, seeds, isJson, shrinks } = options;
  console.error(`Seeds ${from} to ${from + seeds - 1}.`);
  const startedAt = performance.now();
  const { failures, ...sums } = await runSeedsInParallel(from, seeds, options.isFirstEnough);
  const seconds = (performance.now() - startedAt) / 1000;
  const base = failures.length > 0 ? await loadBaseData() : null;
  for (const { plan, violation } of failures) {
    console.error(`Seed ${plan.seed}: ${violation}`);
    if (base !== null && shrinks) await printShrunk(plan, base);
  }
  const perMinute = Math.round((sums.seeds / seconds) * 60);
  const summary = { from, ...sums, seconds: Math.round(seconds), seedsPerMinute: perMinute };
  console.log(
    isJson
      ? JSON.stringify({ ...summary, failures: failures.map(({ plan }) => plan.seed) })
      : `${sums.seeds} seeds, ${sums.steps} steps, ${perMinute} seeds a minute, ${failures.length} failed.`,
  );
  return failures.length === 0 ? 0 : 1;
}

async function printShrunk(plan: Plan, base: BaseData): Promise<void> {
  const shrunk = await shrinkPlan(plan, base);
  const { trace, violation } = await runPlan(shrunk, base);
  console.error(trace.join('\n'));
  console.error(`Shrunk: ${violation}`);
  console.error(JSON.stringify(shrunk));
}
