import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A wall clock that can be changed while a process runs (Debian's `faketime`). */
export interface AdjustableClock {
  /** Environment variables that make a process use this clock. */
  env: Record<string, string>;
  setOffset(offsetSeconds: number): Promise<void>;
  close(): Promise<void>;
}

const FOLDERS = ['/usr/lib', '/usr/lib64', '/usr/local/lib'];
const LIBRARY = 'libfaketime.so.1';

/** Path of the faketime library, or null when it is not installed. */
export function findFaketimeLibrary(): string | null {
  const below = FOLDERS.flatMap((folder) => [folder, ...subfolders(folder)]);
  const paths = below.flatMap((folder) => [
    join(folder, 'faketime', LIBRARY),
    join(folder, LIBRARY),
  ]);
  return paths.find((path) => existsSync(path)) ?? null;
}

/**
 * Creates a clock with offset 0. Timers use another clock, which never changes, as when an operator
 * or NTP sets the time. While the offset is not 0, PostgreSQL's own timeouts (of locks, deadlocks
 * and idle transactions) never end: in a signal handler it is told the real time.
 * @throws Error when faketime is not installed.
 */
export async function createAdjustableClock(): Promise<AdjustableClock> {
  const library = findFaketimeLibrary();
  if (library === null) throw new Error(`${LIBRARY} was not found. Install faketime.`);
  const folder = await mkdtemp(join(tmpdir(), 'paperboy-clock-'));
  // PostgreSQL runs as another user.
  await chmod(folder, 0o755);
  const file = join(folder, 'clock');
  // Renamed, because a process may read the file at any moment.
  const setOffset = async (offsetSeconds: number) => {
    await writeFile(`${file}.new`, `${offsetSeconds < 0 ? '' : '+'}${offsetSeconds}\n`);
    await chmod(`${file}.new`, 0o644);
    await rename(`${file}.new`, file);
  };
  await setOffset(0);
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
    setOffset,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.includes('-linux-'))
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
