import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Path of a program in `folders` or on the PATH; null when it is not installed. */
export function findProgram(name: string, folders: readonly string[] = []): string | null {
  const paths = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = [...folders, ...paths].find((folder) => isExecutable(join(folder, name)));
  return found === undefined ? null : join(found, name);
}

/** Folders of PostgreSQL's programs on Debian, which are not on the PATH; the newest first. */
export function postgresFolders(root = '/usr/lib/postgresql'): string[] {
  try {
    return readdirSync(root)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(root, version, 'bin'));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
