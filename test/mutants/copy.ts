import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SCENARIO_FAILED } from '../chaos/summary.ts';
import type { Mutant } from './mutant.ts';
import type { SimulationFinding } from './simulate-child.ts';

/** What became of a mutant. `broken`: whatever was to find it failed itself. */
export type Finding =
  | { kind: 'red'; by: string; violation: string }
  | { kind: 'broken'; problem: string }
  | { kind: 'green' };

/** A copy of the program, in which one mutant after the other lives. */
export interface MutantCopy {
  /** Returns what its oracle finds. The copy is as before afterwards. */
  try(mutant: Mutant, signal: AbortSignal): Promise<Finding>;
  /** Returns what the plans and seeds with these names find without a mutant. */
  tryNone(names: readonly string[], signal: AbortSignal): Promise<Finding>;
  remove(): Promise<void>;
}

/** What a copy needs. */
const COPIED = [
  ...(['src', 'test', 'migrations', 'seeds', 'templates', 'package.json'] as const),
  ...(['tsconfig.json', 'tsconfig.build.json'] as const),
];

/** Many times what all seeds or a scenario take, in ms: a mutant may loop for ever. */
const TIMEOUT_MS = 3_600_000;

export async function createMutantCopy(): Promise<MutantCopy> {
  const folder = await mkdtemp(join(tmpdir(), 'paperboy-mutants-'));
  for (const name of COPIED) await cp(name, join(folder, name), { recursive: true });
  await symlink(resolve('node_modules'), join(folder, 'node_modules'));
  return {
    try: async ({ file, find, replace, scenario }, signal) => {
      const path = join(folder, file);
      const original = await readFile(path, 'utf8');
      const parts = original.split(find);
      if (parts.length !== 2)
        throw new Error(`${file} has ${parts.length - 1} places of a mutant: expected 1.`);
      await writeFile(path, parts.join(replace));
      try {
        return scenario === undefined
          ? await simulate(folder, [], signal)
          : await runScenario(folder, scenario, signal);
      } finally {
        await writeFile(path, original);
      }
    },
    tryNone: (names, signal) => simulate(folder, names, signal),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs kept plans and seeds in the copy: those with these names, or all. */
async function simulate(
  folder: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Finding> {
  const child = fork(join(folder, 'test/mutants/simulate-child.ts'), names, {
    ...{ cwd: folder, execArgv: ['--import', 'tsx'], signal, timeout: TIMEOUT_MS },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let finding: SimulationFinding | null = null;
  child.on('message', (message: SimulationFinding) => {
    finding = message;
  });
  const { stderr, ending } = await waitForEnd(child);
  if (finding === null) return { kind: 'broken', problem: `${ending} ${stderr.slice(-1000)}` };
  const { by, violation, harnessError } = finding as SimulationFinding;
  if (by !== null && violation !== null) return { kind: 'red', by, violation };
  return harnessError === null ? { kind: 'green' } : { kind: 'broken', problem: harnessError };
}

/** Builds the copy and runs a chaos scenario with it. */
async function runScenario(
  folder: string,
  scenario: string,
  signal: AbortSignal,
): Promise<Finding> {
  const options = { cwd: folder, signal, timeout: TIMEOUT_MS } as const;
  const tsc = join(folder, 'node_modules/.bin/tsc');
  const build = await waitForEnd(spawn(tsc, ['-p', 'tsconfig.build.json'], options));
  if (build.code !== 0) return { kind: 'broken', problem: `tsc: ${build.stdout.slice(-1000)}` };
  const run = ['--import', 'tsx', 'test/chaos/run.ts', '--servers', '--only', scenario];
  const { code, stdout, stderr, ending } = await waitForEnd(
    spawn(process.execPath, [...run, '--seed', '1'], options),
  );
  if (code === 0) return { kind: 'green' };
  const summary = stdout.trim().split('\n').at(-1) ?? '';
  const violations = summary.startsWith('{')
    ? (JSON.parse(summary) as { violations: { what: string }[] }).violations
    : [];
  // A scenario that fails has found nothing.
  const found = violations.find(({ what }) => !what.startsWith(SCENARIO_FAILED));
  return found === undefined
    ? { kind: 'broken', problem: `${ending} ${stderr.slice(-1000)}` }
    : { kind: 'red', by: `chaos ${scenario}`, violation: found.what };
}

async function waitForEnd(child: ChildProcess) {
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  child.on('error', ({ message }) => {
    output.stderr += message;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, ...output, ending: `It ended with ${signal ?? code}.` };
}
