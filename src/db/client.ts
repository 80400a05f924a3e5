import type { PGlite } from '@electric-sql/pglite';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import { drizzle, type NodePgQueryResultHKT } from 'drizzle-orm/node-postgres';
import type { PgDatabase } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { scheduleCheckpoints } from './embedded-checkpoints.ts';
import { openInMemoryPGlite, openPGlite } from './pglite.ts';
import { PGlitePool } from './pglite-pool.ts';
import { withQueryTimeout } from './query-timeout-pool.ts';
import * as schema from './schema.ts';

/** The database, or a transaction in it: the first parameter of every function in this folder. */
export type Db = PgDatabase<
  NodePgQueryResultHKT,
  typeof schema,
  ExtractTablesWithRelations<typeof schema>
>;

/** An open database: `db` for our statements, `pool` for libraries with their own (BullMQ). */
export interface Database {
  db: Db;
  pool: pg.Pool;
  /**
   * The same database for callers that cannot wait forever for a server that never answers: each
   * statement fails after `queryTimeoutMs`. The server may still have run it.
   */
  withQueryTimeout(queryTimeoutMs: number): Pick<Database, 'db' | 'pool'>;
  /** Resolves with the reason when an embedded database stops by itself: it must be opened again.
   *  Absent for others: a pool connects again when its server is back. */
  stopped?: Promise<Error>;
  close(): Promise<void>;
}

/** Our tables are in `public`, those of BullMQ in `bullmq`. BullMQ names them without a schema. */
const SEARCH_PATH = 'public,bullmq';

/**
 * Runs on each new connection, because poolers refuse these settings as options of the connection.
 * JIT is off: compiling a statement takes longer than running it, even for a million deliveries.
 * Commits are synchronous, whatever the role's default: a lost one is a digest sent twice.
 */
const SESSION_SETUP_SQL = `SET search_path TO ${SEARCH_PATH}; SET timezone TO 'UTC'; SET jit TO off;
  SELECT set_config('synchronous_commit', 'on', false)
  WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')`;

/** How long a transaction may wait for its process, in s. Less than a lease: else a process that is
 *  suspended or cut off between two statements would keep its locks, and with them the deliveries
 *  that other workers are to take over. The time must suffice for a busy machine. */
export const IDLE_TRANSACTION_SECONDS = 30;

const SERVER_SETUP_SQL = `SET idle_in_transaction_session_timeout TO '${IDLE_TRANSACTION_SECONDS}s';
  ${SESSION_SETUP_SQL}`;

/** Opens a pool of connections to a PostgreSQL server (15 or newer), which connects lazily.
 *  `queryTimeoutMs` limits every statement; without it, see `withQueryTimeout`. */
export function openServerDatabase(
  url: string,
  {
    connections,
    connectTimeoutMs = CONNECT_TIMEOUT_MS,
    queryTimeoutMs,
  }: { connections: number; connectTimeoutMs?: number; queryTimeoutMs?: number },
): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    onConnect: async (client) => {
      await client.query({
        text: SERVER_SETUP_SQL,
        query_timeout: connectTimeoutMs,
      } as pg.QueryConfig);
    },
    application_name: 'paperboy',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    ...(queryTimeoutMs !== undefined && { query_timeout: queryTimeoutMs }),
    connectionTimeoutMillis: connectTimeoutMs,
  });
  // The pool replaces a connection that the server closed at the next query. Without a listener the
  // error would end the process. An idle connection reports it to the pool, and one between two
  // queries of a transaction reports it itself.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  // Every queue and worker of BullMQ adds a listener for errors.
  pool.setMaxListeners(0);
  return {
    db: drizzle(pool, { schema }),
    pool,
    withQueryTimeout: (queryTimeoutMs) => {
      const timeoutPool = withQueryTimeout(pool, queryTimeoutMs);
      return { db: drizzle(timeoutPool, { schema }), pool: timeoutPool };
    },
    close: () => pool.end(),
  };
}

/** Silence on a connection after which the system checks that the server is still there, in ms. */
const KEEP_ALIVE_DELAY_MS = 10_000;

/** Limit in ms for connecting, and again for the first statement. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Opens the embedded database (PGlite) in `folder`. The caller must hold the lock of the folder.
 * @throws what `openPGlite` throws.
 */
export async function openEmbeddedDatabase(folder: string): Promise<Database> {
  let reportStop: (reason: Error) => void = () => undefined;
  const stopped = new Promise<Error>((resolve) => {
    reportStop = resolve;
  });
  const database = await createPGliteDatabase(await openPGlite(folder, reportStop));
  const stopCheckpoints = scheduleCheckpoints(database.pool);
  return {
    ...database,
    stopped,
    close: async () => {
      await stopCheckpoints();
      await database.close();
    },
  };
}

/** Opens an empty embedded database in memory. */
export async function openTemporaryDatabase(): Promise<Database> {
  return createPGliteDatabase(await openInMemoryPGlite());
}

/** Wraps an open PGlite as a database. Closing the database closes the PGlite. */
export async function createPGliteDatabase(pglite: PGlite): Promise<Database> {
  await pglite.exec(SESSION_SETUP_SQL);
  const pool = new PGlitePool(pglite) as unknown as pg.Pool;
  const db = drizzle(pool, { schema });
  return {
    db,
    pool,
    // PGlite runs in this process, so an answer cannot get lost.
    withQueryTimeout: () => ({ db, pool }),
    close: async () => {
      await pool.end();
      await pglite.close();
    },
  };
}
