import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a folder with everything in it to the disk: afterwards it survives a power cut. */
export async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() || entry.isDirectory()) await syncEntry(join(entry.parentPath, entry.name));
  }
  await syncEntry(folder);
}

/** Writes one file to the disk, or the names of the files in one folder. */
export async function syncEntry(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
