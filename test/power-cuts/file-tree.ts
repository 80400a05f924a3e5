import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FileTree } from './disk.ts';

/** Reads a folder with everything in it. A missing one is empty. */
export async function readTree(folder: string): Promise<FileTree> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => null);
  const tree: FileTree = { folders: new Set(entries ? [folder] : []), files: new Map() };
  for (const entry of entries ?? []) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) tree.folders.add(path);
    else tree.files.set(path, await readFile(path));
  }
  return tree;
}

/** Replaces `folder` by the part of `tree` below `from`. */
export async function writeTree(folder: string, tree: FileTree, from = folder): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const move = (path: string) => folder + path.slice(from.length);
  const isInside = (path: string) => path === from || path.startsWith(`${from}/`);
  for (const path of [...tree.folders].filter(isInside).sort())
    await mkdir(move(path), { recursive: true, mode: 0o700 });
  for (const [path, content] of tree.files) {
    if (!isInside(path)) continue;
    await mkdir(dirname(move(path)), { recursive: true, mode: 0o700 });
    await writeFile(move(path), content, { mode: 0o600 });
  }
}

/** The paths in which two trees differ. */
export function listDifferences(one: FileTree, other: FileTree): string[] {
  const paths = new Set([...one.files.keys(), ...other.files.keys()]);
  const files = [...paths].filter((path) => {
    const [left, right] = [one.files.get(path), other.files.get(path)];
    return !left || !right || !left.equals(right);
  });
  const folders = [...one.folders].filter((path) => !other.folders.has(path));
  return [...files, ...folders, ...[...other.folders].filter((path) => !one.folders.has(path))];
}
