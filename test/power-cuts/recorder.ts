/**
 * Preloaded into a process (`node --import`), records every change that it makes to the files whose
 * path starts with POWER_CUT_PREFIX, and kills it at a chosen operation: the power cut.
 *
 * - POWER_CUT_LOG: the file that takes the operations
 * - POWER_CUT_AFTER: the number of operations until the cut
 * - POWER_CUT_AFTER_SIGNAL: the same, counted from SIGUSR2
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { resolve } from 'node:path';
import { encodeOperation, type Operation } from './operation.ts';

type AnyFunction = (...args: never[]) => unknown;

// PGlite calls the functions of this object by name, and `syncBuiltinESMExports` changes imports.
const fs = createRequire(import.meta.url)('node:fs') as typeof import('node:fs');
const original = { ...fs, promises: { ...fs.promises } };

const prefix = process.env.POWER_CUT_PREFIX ?? '';
const log = original.openSync(process.env.POWER_CUT_LOG ?? '', 'a');
let operationsLeft = Number(process.env.POWER_CUT_AFTER ?? Number.POSITIVE_INFINITY);

/** Open files below the folder. */
const watched = new Set<number>();
/** Functions of Node call each other: only the outermost call counts. */
let depth = 0;

process.on('SIGUSR2', () => {
  operationsLeft = Number(process.env.POWER_CUT_AFTER_SIGNAL);
});

function record(operation: Operation, data?: Uint8Array): void {
  original.writeSync(log, encodeOperation(operation, data));
  operationsLeft -= 1;
  if (operationsLeft <= 0) process.kill(process.pid, 'SIGKILL');
}

function isInside(path: unknown): path is string {
  return typeof path === 'string' && resolve(path).startsWith(prefix);
}

/** Replaces a function by one that records what `describe` returns after each call that worked. */
function watch(
  target: object,
  name: string,
  describe: (args: unknown[], result: unknown) => void,
): void {
  const run = (target as Record<string, AnyFunction>)[name] as (...args: unknown[]) => unknown;
  Object.assign(target, {
    [name]: (...args: unknown[]) => {
      depth += 1;
      let result: unknown;
      try {
        result = run.apply(target, args);
      } finally {
        depth -= 1;
      }
      if (depth > 0) return result;
      if (!(result instanceof Promise)) describe(args, result);
      else
        return result.then((value) => {
          describe(args, value);
          return value;
        });
      return result;
    },
  });
}

watch(fs, 'openSync', ([path, flags], fd) => {
  if (!isInside(path)) return;
  watched.add(Number(fd));
  const has = (flag: number, letters: RegExp) =>
    typeof flags === 'number' ? (flags & flag) !== 0 : letters.test(String(flags ?? 'r'));
  record({
    kind: 'open',
    fd: Number(fd),
    path: resolve(path),
    creates: has(fs.constants.O_CREAT, /[wa]/),
    truncates: has(fs.constants.O_TRUNC, /w/),
    appends: has(fs.constants.O_APPEND, /a/),
  });
});
watch(fs, 'closeSync', ([fd]) => {
  if (watched.delete(Number(fd))) record({ kind: 'close', fd: Number(fd) });
});
watch(fs, 'writeSync', ([fd, buffer, offset, , position], written) => {
  if (!watched.has(Number(fd))) return;
  if (typeof buffer === 'string' || typeof position !== 'number')
    throw new Error('A write without a position is not recorded.');
  const { buffer: memory, byteOffset } = buffer as Uint8Array;
  const data = Buffer.from(memory as ArrayBuffer, byteOffset + Number(offset), Number(written));
  record({ kind: 'write', fd: Number(fd), position }, data);
});
watch(fs, 'writeFileSync', ([path, data]) => {
  if (isInside(path)) record({ kind: 'replace', path: resolve(path) }, Buffer.from(String(data)));
});
watch(fs, 'ftruncateSync', ([fd, size]) => {
  if (watched.has(Number(fd)))
    record({ kind: 'truncate', fd: Number(fd), size: Number(size ?? 0) });
});
watch(fs, 'truncateSync', ([path, size]) => {
  if (isInside(path))
    record({ kind: 'truncatePath', path: resolve(path), size: Number(size ?? 0) });
});
for (const name of ['fsyncSync', 'fdatasyncSync']) {
  watch(fs, name, ([fd]) => {
    if (watched.has(Number(fd))) record({ kind: 'sync', fd: Number(fd) });
  });
}
for (const name of ['writevSync', 'appendFileSync', 'copyFileSync', 'cpSync', 'linkSync'])
  watch(fs, name, (args) => refuseInside(name, args));
for (const name of ['symlinkSync', 'rmSync', 'writeFile', 'appendFile', 'truncate', 'rename'])
  watch(fs, name, (args) => refuseInside(name, args));
for (const name of ['writeFile', 'appendFile', 'copyFile', 'cp', 'link', 'symlink', 'truncate'])
  watch(fs.promises, name, (args) => refuseInside(name, args));

watch(fs, 'renameSync', recordRename);
watch(fs.promises, 'rename', recordRename);
for (const target of [
  ['unlinkSync', 'rmdirSync'].map((name) => [fs, name] as const),
  ['unlink', 'rmdir', 'rm'].map((name) => [fs.promises, name] as const),
].flat()) {
  watch(target[0], target[1], ([path]) => {
    if (isInside(path)) record({ kind: 'remove', path: resolve(path) });
  });
}
watch(fs, 'mkdirSync', recordFolder);
watch(fs.promises, 'mkdir', recordFolder);
watch(fs.promises, 'open', ([path, flags], opened) => {
  const handle = opened as import('node:fs/promises').FileHandle;
  const folder = prefix.slice(0, prefix.lastIndexOf('/'));
  if (typeof path !== 'string' || !(isInside(path) || resolve(path) === folder)) return;
  if (flags !== 'r') throw new Error(`Opening ${path} with “${flags}” is not recorded.`);
  for (const name of ['sync', 'datasync'] as const) {
    const sync = handle[name].bind(handle);
    handle[name] = async () => {
      await sync();
      record({ kind: 'syncPath', path: resolve(path) });
    };
  }
});
syncBuiltinESMExports();

function recordRename([from, to]: unknown[]): void {
  if (isInside(from) || isInside(to))
    record({ kind: 'rename', from: resolve(String(from)), to: resolve(String(to)) });
}

function recordFolder([path]: unknown[]): void {
  if (isInside(path)) record({ kind: 'makeFolder', path: resolve(path) });
}

/** What PGlite and Paperboy do not use below the folder, and the recorder does not record. */
function refuseInside(name: string, args: unknown[]): void {
  const path = args.find(isInside);
  if (path === undefined) return;
  original.writeSync(2, `${name} of ${path} is not recorded.\n`);
  process.abort();
}
