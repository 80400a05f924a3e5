import { mkdir, rename, rm, stat } from 'node:fs/promises';
import type { PGlite } from '@electric-sql/pglite';

/**
 * Opens PGlite in `folder`. A missing folder is first created under another name and renamed when
 * complete, so that a `kill -9` during the first start leaves no half-created database. The caller
 * must hold the lock of the folder: two processes on one PGlite lose data without any error.
 */
export async function openPGlite(folder: string): Promise<PGlite> {
  if (!(await exists(folder))) await prepare(folder);
  return create(folder);
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

async function prepare(folder: string): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const database = await create(unfinished);
  await database.close();
  await rename(unfinished, folder);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
