import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import type { PaperboyError } from '../domain/errors.ts';
import { explainOpenFailure, explainPanic } from './pglite-failure.ts';
import { NO_SYNC_OPTION, openDurableFiles, SYNC_SETTINGS } from './pglite-files.ts';
import { syncEntry, syncTree } from './sync-tree.ts';

/** Enough for an error with its detail and hint. */
const LINES_KEPT = 20;

/**
 * Opens PGlite in `folder`. A missing folder is first created under another name and renamed when
 * complete, so that a `kill -9` during the first start leaves no half-created database. The caller
 * must hold the lock of the folder: two processes on one PGlite lose data without any error.
 *
 * A committed transaction survives a power cut. `onFailure` is called when the database stops by
 * itself, for example because the disk is full; from then on every statement throws that error.
 *
 * @throws PaperboyError `DATABASE_DAMAGED`, `DATABASE_DISK_FULL`, `DATABASE_UNWRITABLE` or
 * `DATABASE_VERSION_DIFFERS`; errors of Node when the folder cannot be created.
 */
export async function openPGlite(
  folder: string,
  onFailure: (error: PaperboyError) => void = () => undefined,
): Promise<PGlite> {
  if (!existsSync(folder)) await prepare(folder);
  const lines: string[] = [];
  const keepLine = (line: string) => {
    lines.push(line);
    if (lines.length > LINES_KEPT) lines.shift();
    // true would print it.
    return false;
  };
  try {
    // PGlite would create a database between the remains of the old one.
    if (!existsSync(join(folder, 'PG_VERSION'))) throw new Error('the file PG_VERSION is missing');
    const { PGlite } = await import('@electric-sql/pglite');
    const files = await openDurableFiles(folder, () => {
      const failure = explainPanic({ folder, lines });
      onFailure(failure);
      return failure;
    });
    const options = PGlite.defaultStartParams.filter((option) => option !== NO_SYNC_OPTION);
    return await PGlite.create({
      fs: files,
      startParams: [...options, ...SYNC_SETTINGS],
      onStderr: keepLine,
    });
  } catch (error) {
    throw explainOpenFailure({ folder, lines, error });
  }
}

/** Opens an empty PGlite in memory, which is gone when it is closed. */
export function openInMemoryPGlite(): Promise<PGlite> {
  return create('memory://');
}

/** Imports PGlite only here: a process that uses a server should not spend memory on it. */
async function create(dataDir: string): Promise<PGlite> {
  const { PGlite } = await import('@electric-sql/pglite');
  return PGlite.create({ dataDir });
}

/** Syncs the folder once it is complete: until then, nobody misses it. */
async function prepare(folder: string): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const database = await create(unfinished);
  await database.close();
  await syncTree(unfinished);
  await rename(unfinished, folder);
  await syncEntry(dirname(folder));
}
