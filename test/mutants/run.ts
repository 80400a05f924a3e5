/**
 * `npm run mutants [-- NAME …]`: breaks copies of the program in each way that `lists/` names and
 * shows that the simulation finds it, or a chaos scenario. Exits with 1 when a mutant stays green.
 */
import { availableParallelism } from 'node:os';
import { hasPostgres } from '../servers/postgres.ts';
import { hasRedis } from '../servers/redis.ts';
import { abortOnSignals } from '../support/abort-on-signals.ts';
import { createMutantCopy, type Finding } from './copy.ts';
import type { Mutant } from './mutant.ts';
import { MUTANTS } from './mutants.ts';
import { HELP, parseMutantOptions } from './options.ts';

/** How often the running mutants are named, in ms. */
const PROGRESS_INTERVAL_MS = 30_000;

const LABELS = { red: 'red', green: 'GREEN', broken: 'BROKEN' } satisfies Record<
  Finding['kind'],
  string
>;

const signal = abortOnSignals();
process.exitCode = await main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  return 2;
});

async function main(argv: readonly string[]): Promise<number> {
  const { chosen, isList, isHelp } = parseMutantOptions(argv, MUTANTS);
  if (isHelp) console.log(HELP);
  if (isList) for (const each of chosen) console.log(`${each.name}: ${each.about}`);
  if (isHelp || isList) return 0;
  const inSimulation = chosen.filter(({ scenario }) => scenario === undefined);
  const inChaos = chosen.filter(({ scenario }) => scenario !== undefined);
  if (inChaos.length > 0 && !(hasPostgres() && hasRedis()))
    throw new Error(
      `Some mutants need postgresql and redis-server: install them, or use --simulation.`,
    );
  const startedAt = performance.now();
  const found: string[] = [];
  const running = new Map<string, number>();
  const progress = setInterval(() => printRunning(running), PROGRESS_INTERVAL_MS);
  try {
    const missed = [
      ...(await tryAll(inSimulation, availableParallelism(), running, found)),
      // A scenario has several processes, and limits of time.
      ...(await tryAll(inChaos, 1, running)),
    ];
    const problem = await findProblemWithoutMutant(found);
    if (signal.aborted) return 130;
    const count = `${chosen.length - missed.length} of ${chosen.length} mutants were found`;
    console.log(`${count} in ${secondsSince(startedAt)} s.`);
    if (missed.length > 0) console.log(`Not found: ${missed.join(', ')}.`);
    if (problem !== null) console.log(`Without a mutant too: ${problem}`);
    return missed.length === 0 && problem === null ? 0 : 1;
  } finally {
    clearInterval(progress);
  }
}

/** Whatever has found a mutant must find nothing without it: else it would find every mutant. */
async function findProblemWithoutMutant(names: readonly string[]): Promise<string | null> {
  if (names.length === 0 || signal.aborted) return null;
  const copy = await createMutantCopy();
  try {
    const finding = await copy.tryNone(names, signal);
    if (finding.kind === 'green') return null;
    return finding.kind === 'red' ? `${finding.by}: ${finding.violation}` : finding.problem;
  } finally {
    await copy.remove();
  }
}

/** Tries mutants, `atOnce` at a time, and adds the plan or seed of each that is found to `found`.
 *  Returns the names of those that were not found. */
async function tryAll(
  mutants: readonly Mutant[],
  atOnce: number,
  running: Map<string, number>,
  found: string[] = [],
): Promise<string[]> {
  const waiting = [...mutants];
  const missed: string[] = [];
  const tryNext = async () => {
    const copy = await createMutantCopy();
    try {
      for (let mutant = waiting.shift(); mutant && !signal.aborted; mutant = waiting.shift()) {
        running.set(mutant.name, performance.now());
        const finding = await copy.try(mutant, signal);
        if (signal.aborted) return;
        printFinding(mutant, finding, secondsSince(running.get(mutant.name) ?? 0));
        running.delete(mutant.name);
        if (finding.kind === 'red') found.push(finding.by);
        else missed.push(mutant.name);
      }
    } finally {
      await copy.remove();
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, mutants.length) }, tryNext));
  return missed;
}

function printFinding({ name, about }: Mutant, finding: Finding, seconds: number): void {
  const by = finding.kind === 'red' ? `, ${finding.by}` : '';
  console.log(`${LABELS[finding.kind].padEnd(6)}  ${name} (${seconds} s${by}): ${about}`);
  if (finding.kind === 'red') console.log(`          ${finding.violation}`);
  if (finding.kind === 'broken') console.log(`          ${finding.problem}`);
}

function printRunning(running: ReadonlyMap<string, number>): void {
  const named = [...running].map(([name, since]) => `${name} (${secondsSince(since)} s)`);
  if (named.length > 0) console.error(`… ${named.join(', ')}`);
}

function secondsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) / 1000);
}
