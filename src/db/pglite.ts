import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';

/** Where an embedded database lives: a folder of its own, or memory filled from a dump. */
export type PGliteSource = { folder: string } | { dump: Blob | null };

/**
 * Opens PGlite. A folder that does not exist yet is prepared beside and renamed when whole, so that
 * a `kill -9` during the first start leaves nothing half made. The caller must hold the lock of the
 * folder: two processes on one PGlite lose data without any error.
 */
export async function openPGlite(source: PGliteSource): Promise<PGlite> {
  if ('dump' in source) {
    return PGlite.create(source.dump === null ? {} : { loadDataDir: source.dump });
  }
  if (!(await exists(source.folder))) await prepare(source.folder);
  return PGlite.create(source.folder);
}

async function prepare(folder: string): Promise<void> {
  const unfinished = `${folder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true, mode: 0o700 });
  const fresh = await PGlite.create(unfinished);
  await fresh.close();
  await rename(unfinished, folder);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
