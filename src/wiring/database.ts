import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DataDirLock, lockDataDir } from '../control/data-dir-lock.ts';
import { checkServer } from '../db/check-server.ts';
import {
  type Database,
  type Db,
  openEmbeddedDatabase,
  openServerDatabase,
  openTemporaryDatabase,
} from '../db/client.ts';
import { endLeases, type ReleasedDeliveries } from '../db/deliveries/transitions/end-leases.ts';
import { isMigrated, isQueueMigrated, migrate } from '../db/migrate.ts';
import { findTopicSet } from '../db/topics/topic-set.ts';
import { PaperboyError } from '../domain/errors.ts';
import type { Clock } from '../domain/time/clock.ts';
import { parseTopicFile } from '../domain/topics/topic-file.ts';
import { loadTopics } from '../services/topics/load-topics.ts';
import type { Config } from '../settings/config.ts';

const SEEDS = new URL('../../seeds/', import.meta.url);

/** Connections of one process to a PostgreSQL server, besides those of its lease and its queue. */
const DATABASE_CONNECTIONS = 12;

/** Connections for the lease alone. */
const LEASE_CONNECTIONS = 2;

/** Closes one part of the app. */
export type Closer = () => Promise<void>;

/** Closes all parts in the reverse order of opening, then throws the first error. */
export async function closeAll(closers: Closer[]): Promise<void> {
  const errors: unknown[] = [];
  for (const closer of closers.splice(0).reverse()) {
    await closer().catch((error) => errors.push(error));
  }
  if (errors.length > 0) throw errors[0];
}

/** The database and what belongs to it. */
export interface OpenedDatabase {
  database: Database;
  isEmbedded: boolean;
  /** Held while the database is embedded. */
  dataDirLock: DataDirLock | null;
  /** Batches that the process before this one held when it died. */
  releasedBatches: ReleasedDeliveries['remainingBatches'];
}

/** Opens the database that `config` names, ready for use, and adds the closers of what it opened.
 *  Without its queue, jobs in it wait until a process opens that too. */
export async function openPreparedDatabase(
  config: Config,
  clock: Clock,
  closers: Closer[],
  { withQueue = true }: { withQueue?: boolean } = {},
): Promise<OpenedDatabase> {
  const queueInPostgres = withQueue && config.redisUrl === null;
  if (config.databaseUrl !== null) {
    const database = await openMigratedDatabase(config, { queueInPostgres });
    closers.push(() => database.close());
    return { database, isEmbedded: false, dataDirLock: null, releasedBatches: [] };
  }
  const dataDirLock = await lockDataDir(config.dataDir);
  closers.push(() => dataDirLock.release());
  const database = await openDatabase(config);
  closers.push(() => database.close());
  return {
    database,
    isEmbedded: true,
    dataDirLock,
    releasedBatches: await recoverEmbeddedDatabase(database, { queueInPostgres, clock }),
  };
}

/** Opens the database of a server, which must have the tables of this version.
 *  @throws PaperboyError `NOT_MIGRATED`, and what `openDatabase` throws. */
export async function openMigratedDatabase(
  config: Config,
  { queueInPostgres = config.redisUrl === null }: { queueInPostgres?: boolean } = {},
): Promise<Database> {
  const database = await openDatabase(config);
  try {
    const isReady =
      (await isMigrated(database)) && (!queueInPostgres || (await isQueueMigrated(database)));
    if (!isReady) throw createNotMigratedError();
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Opens the database that `config` names, without migrating it.
 *  @throws PaperboyError `DATABASE_UNREACHABLE`. */
export async function openDatabase(config: Config): Promise<Database> {
  const { databaseUrl } = config;
  if (databaseUrl === null) return openEmbeddedDatabase(join(config.dataDir, 'postgres'));
  const database = openServerDatabase(databaseUrl, { connections: DATABASE_CONNECTIONS });
  try {
    await checkServer(database, databaseUrl);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The database of the lease. On a server it has connections of its own: a lease that waits for
 *  those of a busy site expires, and what is in flight becomes `unknown`. */
export function openLeaseDatabase(
  { databaseUrl }: Pick<Config, 'databaseUrl'>,
  database: Database,
  closers: Closer[],
): Database {
  if (databaseUrl === null) return database;
  const own = openServerDatabase(databaseUrl, { connections: LEASE_CONNECTIONS });
  closers.push(() => own.close());
  return own;
}

/** Only this process uses an embedded database: it migrates the tables, and every lease belongs to
 *  a process that died. Returns the batches that are released. */
async function recoverEmbeddedDatabase(
  database: Database,
  { queueInPostgres, clock }: { queueInPostgres: boolean; clock: Clock },
): Promise<ReleasedDeliveries['remainingBatches']> {
  await prepareDatabase(database, { queueInPostgres, now: clock() });
  const { remainingBatches } = await database.db.transaction((tx) =>
    endLeases(tx, { all: true }, clock()),
  );
  return remainingBatches;
}

/** Migrates, and loads the default topics when there are none. */
export async function prepareDatabase(
  database: Database,
  { now = new Date(), ...options }: { queueInPostgres: boolean; now?: Date },
): Promise<void> {
  await migrate(database, options);
  if ((await findTopicSet(database.db)) === null) await loadDefaultTopics(database.db, now);
}

/** Loads the default topics, unless the operator loaded others. */
export async function loadDefaultTopics(db: Db, now: Date): Promise<void> {
  const set = await findTopicSet(db);
  if (set !== null && set.name !== DEFAULT_TOPIC_SET) return;
  const topics = parseTopicFile(await readTopicSet(DEFAULT_TOPIC_SET));
  await loadTopics(db, { name: DEFAULT_TOPIC_SET, topics }, now);
}

/** The sets of topics that come with Paperboy. */
export const TOPIC_SETS = ['ml', 'arxiv'] as const;
const DEFAULT_TOPIC_SET = 'ml';

/** Reads the file of a set of topics. */
export function readTopicSet(name: (typeof TOPIC_SETS)[number]): Promise<string> {
  return readSeed(name === 'ml' ? 'topics.json' : 'arxiv-topics.json');
}

/** Opens an empty database in memory for the time of `action`, with the topics of a file's text.
 *  @throws PaperboyError `INVALID_TOPICS`. */
export async function withTemporaryDatabase<Result>(
  topics: string,
  action: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await openTemporaryDatabase();
  try {
    await migrate(database, { queueInPostgres: false });
    const list = parseTopicFile(topics);
    await loadTopics(database.db, { name: DEFAULT_TOPIC_SET, topics: list }, new Date());
    return await action(database);
  } finally {
    await database.close();
  }
}

/** Reads a seed file. */
export function readSeed(
  name: 'topics.json' | 'arxiv-topics.json' | 'papers.json',
): Promise<string> {
  return readFile(new URL(name, SEEDS), 'utf8');
}

function createNotMigratedError(): PaperboyError {
  return new PaperboyError(
    'NOT_MIGRATED',
    'The tables of DATABASE_URL are missing or older than this version: run “bin/paperboy migrate” first.',
  );
}
