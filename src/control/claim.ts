import { link, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PaperboyError } from '../domain/errors.ts';
import { getErrorCode } from './error-code.ts';

/** The process that wrote a lock file, as the file describes it. */
export interface Holder {
  /** File name of the process's socket, in the folder of the lock file. */
  socket: string;
  pid: number;
  /** Name of the machine or container to which `pid` belongs. */
  host: string;
  /** ISO 8601. */
  startedAt: string;
}

/** The content of a lock file: the process that claimed a generation. The highest generation holds
 *  the lock. */
export interface Claim extends Holder {
  generation: number;
}

const LOCK_FILE = /^lock\.([1-9]\d{0,14})$/;
const SOCKET_NAME = /^[0-9a-f]+\.sock$/;

/** The folder of the lock files and sockets of a data folder. */
export function runFolderOf(dir: string): string {
  return join(dir, 'run');
}

/** The path of the lock file of a generation. */
export function lockFileOf(folder: string, generation: number): string {
  return join(folder, `lock.${generation}`);
}

/** The generation in a lock file's name, or null for other names. */
export function generationOf(name: string): number | null {
  const digits = LOCK_FILE.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

/**
 * The claim of the highest generation, or null when there is no lock file or no folder.
 * @throws PaperboyError `DATA_DIR_UNREADABLE_LOCK` for a lock file that this version did not write.
 */
export async function latestClaim(folder: string): Promise<Claim | null> {
  for (;;) {
    const generation = await highestGeneration(folder);
    if (generation === 0) return null;
    const holder = await readHolder(lockFileOf(folder, generation));
    if (holder) return { generation, ...holder };
    // A newer holder removed the file after it was listed: list again.
  }
}

/** Writes the file that `tryClaim` makes a lock file, and flushes it to the disk first: a power cut
 *  must not leave half a lock file. */
export async function draftClaim(path: string, holder: Holder): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(holder)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the draft the lock file of `generation`; false when another process claimed it before. */
export async function tryClaim(
  draft: string,
  folder: string,
  generation: number,
): Promise<boolean> {
  try {
    await link(draft, lockFileOf(folder, generation));
    return true;
  } catch (error) {
    if (getErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function highestGeneration(folder: string): Promise<number> {
  const names = (await unlessMissing(readdir(folder))) ?? [];
  return Math.max(0, ...names.map((name) => generationOf(name) ?? 0));
}

async function readHolder(path: string): Promise<Holder | null> {
  const text = await unlessMissing(readFile(path, 'utf8'));
  return text === null ? null : parseHolder(path, text);
}

async function unlessMissing<T>(result: Promise<T>): Promise<T | null> {
  try {
    return await result;
  } catch (error) {
    if (getErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function parseHolder(path: string, text: string): Holder {
  try {
    const { socket, pid, host, startedAt } = JSON.parse(text) as Record<string, unknown>;
    if (
      typeof socket === 'string' &&
      SOCKET_NAME.test(socket) &&
      typeof pid === 'number' &&
      typeof host === 'string' &&
      typeof startedAt === 'string'
    ) {
      return { socket, pid, host, startedAt };
    }
  } catch (error) {
    throw unreadableLock(path, { cause: error });
  }
  throw unreadableLock(path);
}

function unreadableLock(path: string, options?: { cause: unknown }): Error {
  return new PaperboyError(
    'DATA_DIR_UNREADABLE_LOCK',
    `${path} is not a lock file that this version of Paperboy wrote, so it cannot tell whether its data folder is in use: make sure that no Paperboy runs there, then delete the file.`,
    options,
  );
}
