/**
 * `npm run mutants [-- NAME …]`: breaks a copy of the program in each way that `mutants.ts` lists
 * and shows that the simulation finds it. Exits with 1 when a mutant stays green.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { HARNESS_ERROR } from '../simulation/world/violation.ts';
import { abortOnSignals } from '../support/abort-on-signals.ts';
import { MUTANTS, type Mutant } from './mutants.ts';

/** What a copy needs. */
const COPIED = ['src', 'test', 'migrations', 'seeds', 'templates', 'package.json', 'tsconfig.json'];

/** The seeds are the same in each run. Most mutants fail within the first hundred. */
const SEED_RANGES = [
  { from: 1, seeds: 100 },
  { from: 101, seeds: 900 },
  { from: 1001, seeds: 4000 },
];

/** Far more than the seeds of a range take on a busy machine, in ms: a mutant may loop for ever. */
const TIMEOUT_MS = 3_600_000;

const LABELS = { red: 'red   ', green: 'GREEN ', broken: 'BROKEN' } satisfies Record<
  Finding['kind'],
  string
>;

process.exitCode = await main(process.argv.slice(2), abortOnSignals());

async function main(names: readonly string[], signal: AbortSignal): Promise<number> {
  const unknown = names.filter((name) => MUTANTS.every((mutant) => mutant.name !== name));
  if (unknown.length > 0) {
    const all = MUTANTS.map(({ name }) => name).join(', ');
    console.error(`There is no mutant ${unknown.join(', ')}: expected some of ${all}.`);
    return 2;
  }
  const chosen = MUTANTS.filter(({ name }) => names.length === 0 || names.includes(name));
  const folder = await mkdtemp(join(tmpdir(), 'paperboy-mutants-'));
  try {
    await copyProgram(folder);
    const missed: string[] = [];
    for (const mutant of chosen) {
      const finding = await tryMutant(folder, mutant, signal);
      if (signal.aborted) return 130;
      if (finding.kind !== 'red') missed.push(mutant.name);
      console.log(`${LABELS[finding.kind]}  ${mutant.name}: ${mutant.about}`);
      if (finding.kind !== 'green') console.log(`         ${finding.text}`);
    }
    console.log(`${chosen.length - missed.length} of ${chosen.length} mutants were found.`);
    if (missed.length > 0) console.log(`Not found: ${missed.join(', ')}.`);
    return missed.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What became of a mutant. `broken`: the simulation did not end, or ended without judging. */
type Finding = { kind: 'red' | 'broken'; text: string } | { kind: 'green' };

async function copyProgram(folder: string): Promise<void> {
  for (const name of COPIED) await cp(name, join(folder, name), { recursive: true });
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
}

/** Returns what the simulation found. The copy is as before afterwards. */
async function tryMutant(
  folder: string,
  { file, find, replace }: Mutant,
  signal: AbortSignal,
): Promise<Finding> {
  const path = join(folder, file);
  const original = await readFile(path, 'utf8');
  const parts = original.split(find);
  if (parts.length !== 2)
    throw new Error(`${file} has ${parts.length - 1} places of a mutant: expected 1.`);
  await writeFile(path, parts.join(replace));
  try {
    for (const range of SEED_RANGES) {
      const finding = await simulate(folder, range, signal);
      if (finding.kind !== 'green' || signal.aborted) return finding;
    }
    return { kind: 'green' };
  } finally {
    await writeFile(path, original);
  }
}

/** Runs seeds in the copy. */
async function simulate(
  folder: string,
  { from, seeds }: { from: number; seeds: number },
  signal: AbortSignal,
): Promise<Finding> {
  const child = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', 'test/simulation/run.ts', '--no-shrink', '--first'],
      ...['--from', String(from), '--seeds', String(seeds)],
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], signal, timeout: TIMEOUT_MS },
  );
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.on('error', () => undefined);
  const [code] = await once(child, 'close');
  if (code === 0) return { kind: 'green' };
  const failures = output.match(/^Seed \d+: .*$/gm) ?? [];
  // A simulation that breaks has found nothing.
  const violation = failures.find((failure) => !failure.includes(HARNESS_ERROR));
  return violation === undefined
    ? { kind: 'broken', text: `The simulation ended with ${code}: ${output.slice(-1000)}` }
    : { kind: 'red', text: violation };
}
