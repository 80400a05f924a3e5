import { mkdir, rename, rm, stat } from 'node:fs/promises';
import type { PGlite, PGliteOptions } from '@electric-sql/pglite';

/** Where an embedded database lives: a folder of its own, or memory filled from a dump. */
export type PGliteSource = { folder: string } | { dump: Blob | null };

/**
 * Opens PGlite. A folder that does not exist yet is prepared beside and renamed when whole, so that
 * a `kill -9` during the first start leaves nothing half made. The caller must hold the lock of the
 * folder: two processes on one PGlite lose data without any error.
 */
export async function openPGlite(source: PGliteSource): Promise<PGlite> {
  if ('dump' in source) return create(source.dump === null ? {} : { loadDataDir: source.dump });
  if (!(await exists(source.folder))) await prepare(source.folder);
  return create({ dataDir: source.folder });
}

/** Loads PGlite when it is needed: beside a server it would only take memory. */
async function create(options: PGliteOptions): Promise<PGlite> {
  const { PGlite } = await import('@electric-sql/pglite');
  return PGlite.create(options);
}

async function prepare(folder: string): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const fresh = await create({ dataDir: unfinished });
  await fresh.close();
  await rename(unfinished, folder);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
