import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type Config, isLoopback } from './config.ts';
import { type DataDirLock, lockDataDir } from './control/data-dir-lock.ts';
import { type Database, openEmbeddedDatabase, openServerDatabase } from './db/client.ts';
import { endLeases } from './db/leases.ts';
import { isMigrated, isQueueMigrated, migrate } from './db/migrate.ts';
import { reachServer } from './db/reach.ts';
import { hasReaders } from './db/subscribers.ts';
import { listTopics } from './db/topics.ts';
import type { Clock } from './domain/clock.ts';
import { PaperboyError } from './domain/errors.ts';
import { type Links, linksBelow } from './domain/links.ts';
import { createTokens, type Tokens } from './domain/tokens.ts';
import { type Inbox, openInbox } from './inbox/inbox.ts';
import { createHandlers, type Log } from './jobs/handlers.ts';
import { keepLease, type Lease } from './jobs/lease.ts';
import { type Keys, loadKeys } from './keys.ts';
import { postgresBackend, redisBackend } from './queue/backend.ts';
import type { Handlers } from './queue/jobs.ts';
import { openQueue, type Queue } from './queue/queue.ts';
import { checkRedis } from './queue/redis-server.ts';
import { importTopics } from './services/import-topics.ts';
import { ringBatches } from './services/support/ring-due.ts';
import { createEngine, type MailDeps, type MailParts, openMail } from './wiring/mail.ts';

const SEEDS = new URL('../seeds/', import.meta.url);

/** Connections of one process to a PostgreSQL server: BullMQ's listeners hold some for themselves. */
const DATABASE_CONNECTIONS = 20;

/** What the world outside gives: passed in, so that tests can pass their own. */
export interface Surroundings {
  clock: Clock;
  /** 0 to 1. */
  random: () => number;
  logger: Logger;
  /** Names this process to others, such as `host:pid`. */
  holder: string;
}

/** The parts of the program, wired. Mail parts are loaded when they are first needed. */
export interface Parts extends Surroundings {
  config: Config;
  database: Database;
  db: Database['db'];
  queue: Queue;
  keys: Keys;
  tokens: Tokens;
  links: Links;
  /** Held when the database is embedded. */
  lock: DataDirLock | null;
  /** Where mail is caught when no relay is set and this process sends. */
  inbox: Inbox | null;
  mail(): Promise<MailParts>;
  /** Opened by a worker before its first job; kept until `close`. */
  lease(): Promise<Lease>;
  handlers: Handlers;
  /** Aborted when the process is to end: nothing new is begun. */
  stopping: AbortController;
  /** Aborted when it ends whatever is left. */
  halting: AbortController;
  /** Stops what runs, in the reverse order of opening. */
  close(): Promise<void>;
}

/**
 * Opens and wires everything that `config` names. An embedded database is locked, migrated and given
 * the topics; a server must have been migrated. A `database` that is given is used as it is and stays
 * the caller's.
 * @throws PaperboyError `NOT_MIGRATED`, `DATA_DIR_LOCKED`, `DATABASE_UNREACHABLE`, `QUEUE_UNREACHABLE`,
 * or what else opening a part throws.
 */
export async function openParts(
  config: Config,
  around: Surroundings,
  database?: Database,
  { catchMail = true }: OpenOptions = {},
): Promise<Parts> {
  const closers: Closer[] = [];
  const close = async () => {
    const problems: unknown[] = [];
    for (const closer of closers.splice(0).reverse()) {
      await closer().catch((error) => problems.push(error));
    }
    if (problems.length > 0) throw problems[0];
  };
  try {
    const store = database ? { database, lock: null } : await openStore(config, around, closers);
    return await wire(config, around, { ...store, closers, close, catchMail });
  } catch (error) {
    await close();
    throw error;
  }
}

export interface OpenOptions {
  /** Open the local inbox when no relay is set. Off for what never sends, so that a port that is
   *  taken cannot stop it. @defaultValue true */
  catchMail?: boolean;
}

type Closer = () => Promise<void>;

interface Store {
  database: Database;
  lock: DataDirLock | null;
}

async function openStore(
  config: Config,
  { clock }: Surroundings,
  closers: Closer[],
): Promise<Store> {
  if (config.databaseUrl !== null) {
    const database = await openMigratedDatabase(config);
    closers.push(() => database.close());
    return { database, lock: null };
  }
  const lock = await lockDataDir(config.dataDir);
  closers.push(() => lock.release());
  const database = await openDatabase(config);
  closers.push(() => database.close());
  await takeOver(database, config, clock);
  return { database, lock };
}

/** The database of a server, its tables being those of this version.
 *  @throws PaperboyError `NOT_MIGRATED`, and what `openDatabase` throws. */
export async function openMigratedDatabase(config: Config): Promise<Database> {
  const database = await openDatabase(config);
  try {
    const hasQueue = config.redisUrl !== null || (await isQueueMigrated(database));
    if (!hasQueue || !(await isMigrated(database))) throw notMigrated();
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function wire(
  config: Config,
  around: Surroundings,
  {
    database,
    lock,
    closers,
    close,
    catchMail,
  }: Store & { closers: Closer[]; close: Closer; catchMail: boolean },
): Promise<Parts> {
  const { clock, random, logger, holder } = around;
  const { db } = database;
  const onError = (error: Error) => logger.warn({ err: error }, 'a connection failed');

  const keys = await loadKeys({ ...config, mayMake: !(await hasReaders(db)) });
  const tokens = createTokens(keys.secretKeys);
  const links = linksBelow(config.publicUrl);

  if (config.redisUrl !== null) await checkRedis(config.redisUrl);
  const backend =
    config.redisUrl === null
      ? postgresBackend(database.pool)
      : redisBackend(config.redisUrl, onError);
  closers.push(() => backend.close());
  const queue = openQueue(backend, onError);
  closers.push(() => queue.close());

  const inbox = catchMail && config.smtpUrls.length === 0 ? await openLocalInbox(config) : null;
  if (inbox) closers.push(() => inbox.close());

  const log: Log = (level, event, facts) => logger[level](facts, event);
  const stopping = new AbortController();
  const halting = new AbortController();
  const mailDeps: MailDeps = {
    config,
    database,
    keys,
    tokens,
    links,
    clock,
    random,
    log,
    onRelayBack: () => ringBatches({ db, queue }, clock()),
    relayUrls: inbox ? [`smtp://${inbox.host}:${inbox.port}`] : config.smtpUrls,
    stopping: stopping.signal,
    halting: halting.signal,
  };
  const mail = once(async () => {
    const parts = await openMail(mailDeps);
    closers.push(() => parts.close());
    return parts;
  });
  const lease = once(async (): Promise<Lease> => {
    const onFreed = async (freed: object) => {
      log('warn', 'deliveries of a dead worker are free', freed);
      await ringBatches({ db, queue }, clock());
    };
    const elapsedMs = () => performance.now();
    const kept = await keepLease({ db, clock, elapsedMs, onFreed, onError }, holder);
    closers.push(() => kept.end());
    return kept;
  });
  const engine = once(async () => {
    const { isAlive } = await lease();
    return createEngine(mailDeps, await mail(), isAlive);
  });
  const handlers = createHandlers({
    db,
    queue,
    clock,
    log,
    composeAt: config.composeAt,
    deliveriesKeptDays: config.deliveriesKeptDays,
    lease,
    mail: engine,
  });
  return {
    ...around,
    config,
    database,
    db,
    queue,
    keys,
    tokens,
    links,
    lock,
    inbox,
    mail,
    lease,
    handlers,
    stopping,
    halting,
    close,
  };
}

/** The database that `config` names, as it is. @throws PaperboyError `DATABASE_UNREACHABLE`. */
export async function openDatabase(config: Config): Promise<Database> {
  const { databaseUrl } = config;
  if (databaseUrl === null)
    return openEmbeddedDatabase({ folder: join(config.dataDir, 'postgres') });
  const database = openServerDatabase(databaseUrl, { connections: DATABASE_CONNECTIONS });
  try {
    await reachServer(database, databaseUrl);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** An embedded database is ours alone: it is brought up to date, and every lease in it is a dead one. */
async function takeOver(database: Database, config: Config, clock: Clock): Promise<void> {
  await prepareDatabase(database, config);
  await database.db.transaction((tx) => endLeases(tx, { all: true }, clock()));
}

/** Migrates, and stores the topics when there are none: without them nobody could follow any. */
export async function prepareDatabase(
  database: Database,
  config: Pick<Config, 'redisUrl'>,
): Promise<void> {
  await migrate(database, { queueInPostgres: config.redisUrl === null });
  if ((await listTopics(database.db)).length > 0) return;
  await importTopics(database.db, await readSeed('topics.json'));
}

/** The text of a seed file. */
export function readSeed(name: 'topics.json' | 'papers.json'): Promise<string> {
  return readFile(new URL(name, SEEDS), 'utf8');
}

function notMigrated(): PaperboyError {
  return new PaperboyError(
    'NOT_MIGRATED',
    'The tables of DATABASE_URL are missing or older than this version: run “npx paperboy migrate” first.',
  );
}

/** Caught mail holds links that sign in; it is never offered to the network. */
function openLocalInbox(config: Config): Promise<Inbox> {
  const host = isLoopback(config.host) ? config.host : '127.0.0.1';
  return openInbox({ host, port: config.inboxPort, folder: join(config.dataDir, 'inbox') });
}

/** Runs `make` at the first call; one that failed is made again at the next. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
