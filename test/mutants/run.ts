/**
 * `npm run mutants [-- NAME …]`: breaks a copy of the program in each way that `mutants.ts` lists
 * and shows that the simulation finds it. Exits with 1 when a mutant stays green.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
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
    const green: string[] = [];
    for (const mutant of chosen) {
      if (signal.aborted) return 130;
      const violation = await tryMutant(folder, mutant, signal);
      if (signal.aborted) return 130;
      if (violation === null) green.push(mutant.name);
      console.log(`${violation === null ? 'GREEN' : 'red  '}  ${mutant.name}: ${mutant.about}`);
      if (violation !== null) console.log(`         ${violation}`);
    }
    console.log(`${chosen.length - green.length} of ${chosen.length} mutants were found.`);
    return green.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyProgram(folder: string): Promise<void> {
  for (const name of COPIED) await cp(name, join(folder, name), { recursive: true });
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
}

/** Returns what the simulation found, or null. The copy is as before afterwards. */
async function tryMutant(
  folder: string,
  { file, find, replace }: Mutant,
  signal: AbortSignal,
): Promise<string | null> {
  const path = join(folder, file);
  const original = await readFile(path, 'utf8');
  const parts = original.split(find);
  if (parts.length !== 2)
    throw new Error(`${file} has ${parts.length - 1} places of a mutant: expected 1.`);
  await writeFile(path, parts.join(replace));
  try {
    for (const range of SEED_RANGES) {
      const violation = await simulate(folder, range, signal);
      if (violation !== null || signal.aborted) return violation;
    }
    return null;
  } finally {
    await writeFile(path, original);
  }
}

/** The first violation, or null when every seed held.
 *  @throws Error when the simulation ends without either. */
async function simulate(
  folder: string,
  { from, seeds }: { from: number; seeds: number },
  signal: AbortSignal,
): Promise<string | null> {
  const child = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', 'test/simulation/run.ts', '--no-shrink'],
      ...['--from', String(from), '--seeds', String(seeds)],
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], signal },
  );
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.on('error', () => undefined);
  const [code] = await once(child, 'close');
  if (code === 0 || signal.aborted) return null;
  const violation = /^Seed \d+: .*$/m.exec(output)?.[0];
  // A simulation that breaks has found nothing.
  if (violation === undefined)
    throw new Error(`The simulation ended with ${code} and no violation: ${output}`);
  return violation;
}
