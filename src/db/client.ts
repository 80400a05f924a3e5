import type { PGlite } from '@electric-sql/pglite';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import { drizzle, type NodePgQueryResultHKT } from 'drizzle-orm/node-postgres';
import type { PgDatabase } from 'drizzle-orm/pg-core';
import pg from 'pg';
import { openPGlite, type PGliteSource } from './pglite.ts';
import { PGlitePool } from './pglite-pool.ts';
import { withQueryTimeout } from './query-timeout-pool.ts';
import * as schema from './schema.ts';

/** What every function in this folder takes first: the database, or a transaction in it. */
export type Db = PgDatabase<
  NodePgQueryResultHKT,
  typeof schema,
  ExtractTablesWithRelations<typeof schema>
>;

/** An open database: `db` for our statements, `pool` for what brings its own (BullMQ). */
export interface Database {
  db: Db;
  pool: pg.Pool;
  /** The same database for what cannot wait without end for a server that never answers: there each
   *  statement fails after `answerTimeoutMs`. It may have been done all the same. */
  withQueryTimeout(queryTimeoutMs: number): Pick<Database, 'db' | 'pool'>;
  close(): Promise<void>;
}

/** Our tables are in `public`, BullMQ's in `bullmq`; it names them without a schema. */
const SEARCH_PATH = 'public,bullmq';

/** Said on each new connection: as options of the connection itself, poolers would refuse it. To compile
 *  a statement for a digest of a million takes longer than to run it. */
const SESSION_SETUP_SQL = `SET search_path TO ${SEARCH_PATH}; SET timezone TO 'UTC'; SET jit TO off`;

/** Connects to a PostgreSQL server (15 or newer). Nothing is asked of it before the first query. */
export function openServerDatabase(
  url: string,
  {
    connections,
    connectTimeoutMs = CONNECT_TIMEOUT_MS,
  }: { connections: number; connectTimeoutMs?: number },
): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    onConnect: async (client) => {
      await client.query({
        text: SESSION_SETUP_SQL,
        query_timeout: connectTimeoutMs,
      } as pg.QueryConfig);
    },
    application_name: 'paperboy',
    keepAlive: true,
    connectionTimeoutMillis: connectTimeoutMs,
  });
  // A connection that the server closes is replaced at the next query; without a listener the error
  // would end the process: of the pool while it is idle, of its own between the queries of a transaction.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  // Every queue and worker of BullMQ listens for errors too.
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

/** In ms, for the connection and again for its first words. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Opens the embedded database: PGlite, in a folder or, for tests, in memory. */
export async function openEmbeddedDatabase(source: PGliteSource): Promise<Database> {
  return createPGliteDatabase(await openPGlite(source));
}

/** An open PGlite as a database; closing the one closes the other. */
export async function createPGliteDatabase(pglite: PGlite): Promise<Database> {
  await pglite.exec(SESSION_SETUP_SQL);
  const pool = new PGlitePool(pglite) as unknown as pg.Pool;
  const db = drizzle(pool, { schema });
  return {
    db,
    pool,
    // In our own process nothing gets lost on the way.
    withQueryTimeout: () => ({ db, pool }),
    close: async () => {
      await pool.end();
      await pglite.close();
    },
  };
}
