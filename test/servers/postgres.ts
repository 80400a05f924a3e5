import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { findFreePort } from '../support/free-port.ts';
import { findProgram, postgresFolders } from './find-program.ts';
import { findUnprivilegedUser, type ProcessUser } from './owner.ts';
import { type RestartableTestServer, runProgram, startServer } from './programs.ts';

/** Each process of the app may open 26, and the chaos scenarios run up to 40 at a time. */
const MAX_CONNECTIONS = 1000;

/** A copy that streams the log takes two, and several copies are made at a time. */
const MAX_WAL_SENDERS = 40;

/** Whether PostgreSQL is installed. */
export function hasPostgres(): boolean {
  return findInitdb() !== null;
}

/** The data is used for one run of tests and need not survive a crash. */
const NON_DURABLE_SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

interface PostgresOptions {
  /** URL of a running server whose data folder is copied, instead of a new one. */
  copyOf?: string;
  /** Whether the copy follows that server as a standby. */
  isStandby?: boolean;
  /** Further variables of the server's environment. */
  env?: Readonly<Record<string, string>>;
}

/**
 * Starts a PostgreSQL on a free port with a new data folder, which `stop` removes. `chosen`
 * overrides settings of postgresql.conf.
 */
export async function startPostgres(
  chosen: Readonly<Record<string, string>> = NON_DURABLE_SETTINGS,
  { copyOf, isStandby = false, env = {} }: PostgresOptions = {},
): Promise<RestartableTestServer> {
  const initdb = findInitdb();
  if (initdb === null) throw new Error('PostgreSQL was not found.');
  const owner = findUnprivilegedUser(['postgres', 'nobody'], 'PostgreSQL');
  const folder = makeFolder(owner);
  try {
    const data = join(folder, 'data');
    const options = { ...owner, cwd: folder };
    if (copyOf === undefined) await runProgram(initdb, [...INITDB_ARGS, '-D', data], options);
    else {
      const args = ['-D', data, '-d', copyOf, '-X', 'stream', '-c', 'fast', '--no-sync'];
      const program = join(dirname(initdb), 'pg_basebackup');
      await runProgram(program, isStandby ? [...args, '-R'] : args, options);
    }
    const port = await findFreePort();
    const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
    const program = join(dirname(initdb), 'postgres');
    const args = [
      '-D',
      data,
      '-p',
      String(port),
      ...settings({
        listen_addresses: '127.0.0.1',
        unix_socket_directories: '',
        max_connections: MAX_CONNECTIONS,
        max_wal_senders: MAX_WAL_SENDERS,
        ...chosen,
      }),
    ];
    const start = () =>
      startServer(program, args, {
        options: { ...options, env: { ...process.env, ...env } },
        stopSignal: 'SIGINT',
        answers: () => answers(url),
      });
    let server = await start();
    return {
      url,
      name: await versionOf(url),
      get pid() {
        return server.pid;
      },
      stop: async () => {
        await server.stop();
        rmSync(folder, { recursive: true, force: true });
      },
      crash: async () => {
        // “Immediate shutdown”: the next start replays the log, as after a crash.
        await server.stop('SIGQUIT');
        server = await start();
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

const INITDB_ARGS = [
  '-U',
  'postgres',
  '-A',
  'trust',
  '-E',
  'UTF8',
  '--locale=C.UTF-8',
  '--no-sync',
];

function findInitdb(): string | null {
  return findProgram('initdb', postgresFolders());
}

function settings(values: Record<string, string | number>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Creates a folder that the owner can enter: root's TMPDIR may be closed to other users. */
function makeFolder(owner: ProcessUser | null): string {
  for (const parent of new Set([tmpdir(), '/tmp', '/var/tmp'])) {
    const folder = mkdtempSync(join(parent, 'paperboy-postgres-'));
    if (owner === null) return folder;
    chownSync(folder, owner.uid, owner.gid);
    if (canEnter(folder, owner)) return folder;
    rmSync(folder, { recursive: true });
  }
  throw new Error('No folder for temporary files can be entered by other users: set TMPDIR.');
}

function canEnter(folder: string, owner: ProcessUser): boolean {
  try {
    execFileSync('test', ['-x', folder], { ...owner, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function answers(url: string): Promise<void> {
  await versionOf(url);
}

async function versionOf(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query('SHOW server_version');
    return `PostgreSQL ${rows[0].server_version}`;
  } finally {
    await client.end();
  }
}
