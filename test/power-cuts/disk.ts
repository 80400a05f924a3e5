import { dirname } from 'node:path';
import type { Random } from '../support/random.ts';
import type { RecordedOperation } from './operation.ts';

/**
 * What of the unsynced changes reaches the disk:
 *
 * - `none`: nothing
 * - `some`: of every file any of its unsynced sectors, each as it was at any moment since the last
 *   sync, so that a page may be torn; names up to any moment, in order, as a journalling file
 *   system keeps them
 * - `all`: everything, as after `kill -9`
 */
export type Survival =
  | { kind: 'none' }
  | { kind: 'all' }
  | { kind: 'some'; sectorBytes: 512 | 4096 };

/** Paths and contents. */
export interface FileTree {
  folders: Set<string>;
  files: Map<string, Buffer>;
}

type Change = { kind: 'write'; position: number; data: Buffer } | { kind: 'size'; size: number };

/** A file whatever its name. */
interface Inode {
  durable: Buffer;
  /** Since the last sync, in order. */
  unsynced: Change[];
}

type NameChange =
  | { kind: 'add'; path: string; inode: Inode }
  | { kind: 'remove'; path: string }
  | { kind: 'move'; from: string; to: string }
  | { kind: 'addFolder'; path: string };

interface Names {
  folders: Set<string>;
  files: Map<string, Inode>;
}

/**
 * A disk that loses what was not synced. Starts with `tree` safely written; `apply` follows the
 * operations of a process. Syncing a file or a folder makes its names durable with all earlier
 * changes of names, as ext4, XFS and Btrfs do.
 */
export function createDisk(tree: FileTree) {
  const start = [...tree.files].map(
    ([path, durable]) => [path, { durable, unsynced: [] as Change[] }] as const,
  );
  const names: Names = { folders: new Set(tree.folders), files: new Map(start) };
  const durableNames: Names = { folders: new Set(tree.folders), files: new Map(start) };
  const nameChanges: NameChange[] = [];
  const open = new Map<number, { path: string; inode: Inode | null; appends: boolean }>();

  const change = (nameChange: NameChange) => {
    applyNameChange(names, nameChange);
    nameChanges.push(nameChange);
  };
  const createFile = (path: string): Inode => {
    const inode: Inode = { durable: Buffer.alloc(0), unsynced: [] };
    change({ kind: 'add', path, inode });
    return inode;
  };
  const syncNames = (concerns: (each: NameChange) => boolean) => {
    const done = nameChanges.splice(0, nameChanges.findLastIndex(concerns) + 1);
    for (const each of done) applyNameChange(durableNames, each);
  };
  const sync = (path: string, inode: Inode | null) => {
    if (inode) {
      makeDurable(inode);
    }
    syncNames((each) =>
      inode
        ? each.kind === 'add' && each.inode === inode
        : pathsOf(each).some((named) => dirname(named) === path),
    );
  };

  return {
    apply({ operation, data }: RecordedOperation): void {
      switch (operation.kind) {
        case 'open': {
          const { fd, path, creates, truncates, appends } = operation;
          const inode = names.files.get(path) ?? (creates ? createFile(path) : null);
          if (truncates) inode?.unsynced.push({ kind: 'size', size: 0 });
          open.set(fd, { path, inode, appends });
          return;
        }
        case 'close':
          open.delete(operation.fd);
          return;
        case 'write': {
          const { inode, appends } = findOpen(open, operation.fd);
          if (!inode) throw new Error('A folder was written.');
          const position = appends ? sizeOf(inode) : operation.position;
          inode.unsynced.push({ kind: 'write', position, data });
          return;
        }
        case 'replace': {
          const inode = names.files.get(operation.path) ?? createFile(operation.path);
          inode.unsynced.push({ kind: 'size', size: 0 }, { kind: 'write', position: 0, data });
          return;
        }
        case 'truncate':
          findOpen(open, operation.fd).inode?.unsynced.push({ kind: 'size', size: operation.size });
          return;
        case 'truncatePath':
          names.files.get(operation.path)?.unsynced.push({ kind: 'size', size: operation.size });
          return;
        case 'rename':
          change({ kind: 'move', from: operation.from, to: operation.to });
          return;
        case 'remove':
          change({ kind: 'remove', path: operation.path });
          return;
        case 'makeFolder':
          if (!names.folders.has(operation.path))
            change({ kind: 'addFolder', path: operation.path });
          return;
        case 'sync': {
          const { path, inode } = findOpen(open, operation.fd);
          sync(path, inode);
          return;
        }
        case 'syncPath':
          sync(operation.path, names.files.get(operation.path) ?? null);
      }
    },
    /** What is on the disk after a power cut now. */
    survivors(survival: Survival, random: Random): FileTree {
      const left: Names = {
        folders: new Set(durableNames.folders),
        files: new Map(durableNames.files),
      };
      const kept = { none: 0, all: nameChanges.length, some: 0 }[survival.kind];
      const count = survival.kind === 'some' ? random.between(0, nameChanges.length) : kept;
      for (const each of nameChanges.slice(0, count)) applyNameChange(left, each);
      const contents = [...left.files].map(
        ([path, inode]) => [path, survivingContent(inode, survival, random)] as const,
      );
      return { folders: left.folders, files: new Map(contents) };
    },
  };
}

/** Most files keep their size, and a segment of the log is large: it is changed in place. */
function makeDurable(inode: Inode): void {
  const { durable, unsynced } = inode;
  const keepsSize = unsynced.every(
    (each) => each.kind === 'write' && each.position + each.data.length <= durable.length,
  );
  if (keepsSize) fillRange(durable, { from: 0, to: durable.length }, durable, unsynced);
  else inode.durable = contentAt(inode, unsynced.length);
  inode.unsynced = [];
}

function survivingContent(inode: Inode, survival: Survival, random: Random): Buffer {
  if (survival.kind === 'none' || inode.unsynced.length === 0) return inode.durable;
  if (survival.kind === 'all') return contentAt(inode, inode.unsynced.length);
  const { sectorBytes } = survival;
  const { length } = contentAt(inode, random.between(0, inode.unsynced.length));
  const content = Buffer.alloc(length);
  for (let from = 0; from < length; from += sectorBytes) {
    const to = Math.min(from + sectorBytes, length);
    const changes = inode.unsynced.filter((each) => touches(each, from, to));
    fillRange(
      content,
      { from, to },
      inode.durable,
      changes.slice(0, random.between(0, changes.length)),
    );
  }
  return content;
}

/** The content after the first `count` changes since the last sync. */
function contentAt({ durable, unsynced }: Inode, count: number): Buffer {
  const changes = unsynced.slice(0, count);
  let size = durable.length;
  let most = size;
  for (const each of changes) {
    size = each.kind === 'size' ? each.size : Math.max(size, each.position + each.data.length);
    most = Math.max(most, size);
  }
  const content = Buffer.alloc(most);
  fillRange(content, { from: 0, to: most }, durable, changes);
  return content.subarray(0, size);
}

function fillRange(
  content: Buffer,
  { from, to }: { from: number; to: number },
  durable: Buffer,
  changes: readonly Change[],
): void {
  if (content !== durable && from < durable.length) durable.copy(content, from, from, to);
  for (const each of changes) {
    if (each.kind === 'size') content.fill(0, Math.min(Math.max(each.size, from), to), to);
    else {
      const start = Math.max(each.position, from);
      const end = Math.min(each.position + each.data.length, to);
      if (start < end) each.data.copy(content, start, start - each.position, end - each.position);
    }
  }
}

function touches(each: Change, from: number, to: number): boolean {
  if (each.kind === 'size') return each.size < to;
  return each.position < to && each.position + each.data.length > from;
}

function sizeOf(inode: Inode): number {
  return contentAt(inode, inode.unsynced.length).length;
}

function applyNameChange({ folders, files }: Names, each: NameChange): void {
  if (each.kind === 'addFolder') folders.add(each.path);
  else if (each.kind === 'add') files.set(each.path, each.inode);
  else if (each.kind === 'remove') {
    for (const path of [...files.keys()]) if (isWithin(path, each.path)) files.delete(path);
    for (const path of [...folders]) if (isWithin(path, each.path)) folders.delete(path);
  } else {
    for (const [path, inode] of [...files]) {
      if (!isWithin(path, each.from)) continue;
      files.delete(path);
      files.set(each.to + path.slice(each.from.length), inode);
    }
    for (const path of [...folders]) {
      if (!isWithin(path, each.from)) continue;
      folders.delete(path);
      folders.add(each.to + path.slice(each.from.length));
    }
  }
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function pathsOf(each: NameChange): string[] {
  return each.kind === 'move' ? [each.from, each.to] : [each.path];
}

function findOpen<Value>(open: ReadonlyMap<number, Value>, fd: number): Value {
  const found = open.get(fd);
  if (!found) throw new Error(`The descriptor ${fd} is not open.`);
  return found;
}
