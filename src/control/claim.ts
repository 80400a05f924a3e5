import { link, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PaperboyError } from '../domain/errors.ts';
import { getErrorCode } from './error-code.ts';

/** What a lock file says about the process that wrote it. */
export interface Holder {
  /** Name of the process's socket, in the folder of the lock file. */
  socket: string;
  pid: number;
  /** The machine or container in which `pid` counts. */
  host: string;
  /** ISO 8601. */
  startedAt: string;
}

/** A lock file: the process that claimed a generation. The highest generation counts. */
export interface Claim extends Holder {
  generation: number;
}

const LOCK_FILE = /^lock\.([1-9]\d{0,14})$/;
const SOCKET_NAME = /^[0-9a-f]+\.sock$/;

/** Where lock files and sockets of a data folder are. */
export function runFolderOf(dir: string): string {
  return join(dir, 'run');
}

/** The lock file of the holder of that generation. */
export function lockFileOf(folder: string, generation: number): string {
  return join(folder, `lock.${generation}`);
}

/** The generation of a lock file's name, or null for other names. */
export function generationOf(name: string): number | null {
  const digits = LOCK_FILE.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** The claim of the highest generation, or null when there is none (or no folder). Throws
 *  `DATA_DIR_UNREADABLE_LOCK` for a lock file that is not one of ours. */
export async function latestClaim(folder: string): Promise<Claim | null> {
  for (;;) {
    const generation = await highestGeneration(folder);
    if (generation === 0) return null;
    const holder = await readHolder(lockFileOf(folder, generation));
    if (holder) return { generation, ...holder };
    // A newer holder removed the file between the two looks: look again.
  }
}

/** Writes what will become a lock file. It reaches the disk first: after a power cut a lock file
 *  must not be half there. */
export async function draftClaim(path: string, holder: Holder): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(holder)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the draft the lock file of `generation`; false when that generation is claimed already. */
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
