import { fdatasyncSync, fsyncSync } from 'node:fs';
import type { PGlite } from '@electric-sql/pglite';
import type { NodeFS } from '@electric-sql/pglite/nodefs';

/** An open file of Emscripten's file system NODEFS. */
interface Stream {
  /** Inside PGlite, where the data folder is `/pglite/data`. */
  path: string;
  /** The descriptor that Node knows. */
  nfd: number;
}

/** The parts of NODEFS that concern syncing. PGlite's types leave them out. */
interface NodeFileSystem {
  /** Turns an error of Node into the errno that PostgreSQL reads. */
  tryFSOperation<Result>(run: () => Result): Result;
  stream_ops: { fsync?: (stream: Stream) => number };
}

/** The PostgreSQL that PGlite runs: its functions by name. */
type PostgresModule = { NODEFS: unknown } & Record<string, unknown>;

/** PostgreSQL syncs its log and its tables with `fsync`, because PGlite ignores `fdatasync`. */
export const SYNC_SETTINGS = ['-c', 'wal_sync_method=fsync'] as const;

/** PGlite's option that turns syncing off. */
export const NO_SYNC_OPTION = '-F';

const WAL_FOLDER = '/pglite/data/pg_wal/';

/** What runs statements, and ends PostgreSQL. */
const ENTRY_FUNCTIONS = [
  '_PostgresMainLoopOnce',
  '_PostgresMainLongJmp',
  '_PostgresSendReadyForQueryIfNecessary',
  '_pgl_run_atexit_funcs',
  'stackRestore',
] as const;

/**
 * The files of a PGlite in `folder`, with an `fsync` that reaches the disk. PGlite has none: after
 * a power cut, a commit would be lost though its mail was sent, and tables could be newer than the
 * log that repairs them.
 *
 * When PostgreSQL panics, for example because the disk is full, PGlite would run the statement for
 * ever: it waits for a lock that the panic left behind. Here every statement from then on throws
 * what `createFailure` returned.
 */
export async function openDurableFiles(
  folder: string,
  createFailure: () => Error,
): Promise<NodeFS> {
  const { NodeFS } = await import('@electric-sql/pglite/nodefs');
  const files = new NodeFS(folder);
  const init = files.init.bind(files);
  files.init = async (pglite: PGlite, options) => {
    const { emscriptenOpts } = await init(pglite, options);
    const opened: PostgresModule[] = [];
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        preRun: [
          ...(emscriptenOpts.preRun ?? []),
          (module) => {
            opened.push(module as unknown as PostgresModule);
            addFsync(module.NODEFS as unknown as NodeFileSystem);
          },
        ],
        onAbort: () => {
          const failure = createFailure();
          for (const module of opened) refuseStatements(module, failure);
        },
      },
    };
  };
  return files;
}

function addFsync(nodeFileSystem: NodeFileSystem): void {
  // Only the log has files that are overwritten in place, where the times of a file are all that
  // `fdatasync` leaves out.
  nodeFileSystem.stream_ops.fsync = ({ path, nfd }) => {
    nodeFileSystem.tryFSOperation(() =>
      path.startsWith(WAL_FOLDER) ? fdatasyncSync(nfd) : fsyncSync(nfd),
    );
    return 0;
  };
}

function refuseStatements(module: PostgresModule, failure: Error): void {
  for (const name of ENTRY_FUNCTIONS) {
    module[name] = () => {
      throw failure;
    };
  }
}
