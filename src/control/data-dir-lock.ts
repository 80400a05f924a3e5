import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { pid } from 'node:process';
import { PaperboyError } from '../domain/errors.ts';
import type { Clock } from '../domain/time/clock.ts';
import {
  type Claim,
  draftClaim,
  generationOf,
  type Holder,
  latestClaim,
  lockFileOf,
  runFolderOf,
  tryClaim,
} from './claim.ts';
import { collectConnections } from './connections.ts';
import { getErrorCode } from './error-code.ts';
import { isListening, listenOn } from './unix-socket.ts';

/** The exclusive right to open the database in a data folder. */
export interface DataDirLock {
  /** Passes every connection to the lock's socket to `accept`, also those that are already waiting.
   *  The returned function stops that: later connections wait until the release. */
  onConnection(accept: (socket: Socket) => void): () => void;
  /** Frees the lock and closes all connections. Close the database first. */
  release(): Promise<void>;
}

/**
 * Locks the data folder for this process until `release` or the process ends; creates the folder
 * when it is missing. Two processes on one embedded database lose data without an error, so exactly
 * one may hold the lock.
 *
 * A holder is alive while its socket, which the lock file names, accepts connections: the kernel
 * closes the socket of a killed process at once and keeps that of a stopped one. This works
 * whatever the process ids are, and across containers of one kernel. A folder that several machines
 * share is not protected.
 *
 * A contender first listens on a socket of its own. When the holder of the highest generation is
 * dead, it claims the next generation by `link`, which fails when the name exists. Only a holder
 * that finds no other live socket removes old lock files: no contender can then claim a generation
 * that was claimed before.
 *
 * @throws PaperboyError `DATA_DIR_LOCKED` when another process holds the folder,
 * `DATA_DIR_UNSUITABLE` when the file system has no Unix sockets or no hard links.
 */
export async function lockDataDir(
  dir: string,
  clock: Clock = () => new Date(),
): Promise<DataDirLock> {
  const folder = await makeRunFolder(dir);
  const id = randomBytes(8).toString('hex');
  const server = await listenOn(folder, socketOf(id)).catch((error) => rejectFolder(dir, error));
  const connections = collectConnections(server);
  const release = async () => {
    await connections.close();
    await rm(join(folder, socketOf(id)), { force: true });
  };
  try {
    const holder = {
      socket: socketOf(id),
      pid,
      host: hostname(),
      startedAt: clock().toISOString(),
    };
    const generation = await claimNext(dir, folder, id, holder);
    await removeRemains(folder, id, generation);
  } catch (error) {
    await release();
    throw error;
  }
  return { onConnection: connections.onConnection, release };
}

async function makeRunFolder(dir: string): Promise<string> {
  const folder = runFolderOf(resolve(dir));
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o700);
  return folder;
}

async function claimNext(dir: string, folder: string, id: string, holder: Holder): Promise<number> {
  const draft = join(folder, draftOf(id));
  await draftClaim(draft, holder);
  try {
    for (;;) {
      const latest = await latestClaim(folder);
      if (latest && (await isListening(folder, latest.socket))) throw lockedError(dir, latest);
      const next = (latest?.generation ?? 0) + 1;
      const isMine = await tryClaim(draft, folder, next).catch((error) => rejectFolder(dir, error));
      if (isMine) return next;
    }
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes the files of dead processes. Older lock files stay while another process contends: it
 *  may have read the folder before our claim, and must still find the next generation taken. */
async function removeRemains(folder: string, id: string, generation: number): Promise<void> {
  const names = await readdir(folder);
  const others = new Set(names.map(idOf).filter((other) => other !== null && other !== id));
  let isContended = false;
  for (const other of others) {
    if (other === null) continue;
    if (await isListening(folder, socketOf(other))) {
      isContended = true;
      continue;
    }
    await rm(join(folder, socketOf(other)), { force: true });
    await rm(join(folder, draftOf(other)), { force: true });
  }
  if (isContended) return;
  const older = names.map((name) => generationOf(name) ?? generation);
  for (const lower of older.filter((each) => each < generation)) {
    await rm(lockFileOf(folder, lower), { force: true });
  }
}

const socketOf = (id: string) => `${id}.sock`;
const draftOf = (id: string) => `${id}.draft`;

/** The id of the process to which a socket or a draft belongs, or null for other names. */
function idOf(name: string): string | null {
  return /^([0-9a-f]{16})\.(?:sock|draft)$/.exec(name)?.[1] ?? null;
}

function lockedError(dir: string, { pid, host, startedAt }: Claim): Error {
  return new PaperboyError(
    'DATA_DIR_LOCKED',
    `The data folder ${resolve(dir)} is in use by process ${pid} on ${host} since ${startedAt}: stop that process first, or set DATA_DIR to another folder.`,
  );
}

const UNSUITABLE_CODES = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK'];

function rejectFolder(dir: string, error: unknown): never {
  if (!UNSUITABLE_CODES.includes(getErrorCode(error) ?? '')) throw error;
  throw new PaperboyError(
    'DATA_DIR_UNSUITABLE',
    `The data folder ${resolve(dir)} is on a file system without Unix sockets or hard links, so it cannot be locked: set DATA_DIR to a folder on a local disk (in a container, a volume).`,
    { cause: error },
  );
}
