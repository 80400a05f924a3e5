import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What a build needs beside `node_modules`. */
const PATHS = ['src', 'templates', 'migrations', 'seeds', 'package.json', 'tsconfig.json'];
const BUILD_CONFIG = 'tsconfig.build.json';

/** How many commits are searched for one with other code and the same tables. */
const MAX_COMMITS = 300;

/** A build of an earlier commit. */
export interface EarlierBuild {
  /** Its `dist/main.js`. */
  main: string;
  /** Which commit it is, for people. */
  name: string;
  close(): Promise<void>;
}

/**
 * Builds the last commit whose code differs from this one's and whose tables are the same: until
 * the first release tables change in place, and older code cannot work on them.
 * @throws Error when there is none, or when it cannot be built.
 */
export async function buildEarlierCommit(): Promise<EarlierBuild> {
  const { commit, commitsBack } = await findEarlierCommit();
  const folder = await mkdtemp(join(tmpdir(), 'paperboy-earlier-'));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    const archive = join(folder, 'earlier.tar');
    await git('archive', '-o', archive, commit, ...PATHS, BUILD_CONFIG);
    await run('tar', ['-xf', archive, '-C', folder]);
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
    await run(tsc, ['-p', BUILD_CONFIG], { cwd: folder });
    const name = `${commit.slice(0, 7)}, ${commitsBack} commits back`;
    return { main: join(folder, 'dist', 'main.js'), name, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function findEarlierCommit(): Promise<{ commit: string; commitsBack: number }> {
  const commits = (await git('rev-list', '--first-parent', `-n${MAX_COMMITS}`, 'HEAD')).split('\n');
  for (const [commitsBack, commit] of commits.entries()) {
    if (await isChangedSince(commit, 'migrations'))
      throw new Error('The tables were changed together with the last change of the code.');
    if (await isChangedSince(commit, 'src')) return { commit, commitsBack };
  }
  throw new Error(`None of the last ${commits.length} commits has other code.`);
}

async function isChangedSince(commit: string, path: string): Promise<boolean> {
  const changed = await git('diff', '--name-only', commit, '--', path);
  return changed !== '';
}

async function git(...args: string[]): Promise<string> {
  const { stdout } = await run('git', args, { cwd: ROOT, maxBuffer: 64 * 2 ** 20 });
  return stdout.trim();
}
