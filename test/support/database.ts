import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { createPGliteDatabase, type Database, openServerDatabase } from '../../src/db/client.ts';
import { isTransient } from '../../src/db/transient.ts';
import { executeOnServer, TEMPLATE_DATABASE, urlOfDatabase } from './database-server.ts';
import { acquirePGlite } from './prepared-pglite.ts';

const MAX_ATTEMPTS = 10;

/**
 * A migrated database with the topics, for one test file: PGlite in memory, or a copy of the
 * template on the server of TEST_DATABASE_URL. `empty` removes the rows that tests stored.
 */
export function useDatabase(): {
  readonly database: Database;
  readonly db: Database['db'];
  empty(): Promise<void>;
} {
  let opened: Awaited<ReturnType<typeof openTestDatabase>> | undefined;
  beforeAll(async () => {
    opened = await openTestDatabase();
  });
  afterAll(async () => {
    await opened?.close();
  });
  const current = () => {
    if (!opened) throw new Error('The test database is open only while tests run.');
    return opened.database;
  };
  return {
    get database() {
      return current();
    },
    get db() {
      return current().db;
    },
    empty: async () => {
      const { pool } = current();
      const { rows } = await pool.query<{ name: string }>(
        `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'deliveries'::regclass`,
      );
      for (const { name } of rows) await pool.query(`DROP TABLE ${name}`);
      await pool.query(
        `TRUNCATE papers, subscribers, suppressions, digests, leases, signup_limits, sources, fetches, host_permits, alerts, domain_throttles RESTART IDENTITY CASCADE`,
      );
    },
  };
}

/** Opens a new database; `url` is null for PGlite. */
export async function openTestDatabase(): Promise<{
  database: Database;
  url: string | null;
  close: () => Promise<void>;
}> {
  const serverUrl = process.env.TEST_DATABASE_URL;
  if (!serverUrl) {
    const { pglite, release } = await acquirePGlite();
    const database = await createPGliteDatabase(pglite);
    return {
      database,
      url: null,
      close: async () => {
        await database.pool.end();
        await release();
      },
    };
  }
  const name = `paperboy_test_${randomBytes(6).toString('hex')}`;
  await executeOnServer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE}`);
  const url = urlOfDatabase(serverUrl, name);
  const database = openServerDatabase(url, { connections: 20 });
  return {
    database,
    url,
    close: async () => {
      await database.close();
      await executeOnServer(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/**
 * Removes all rows of the tables, and of those that refer to them. Repeated after a deadlock: the
 * app of the test locks the same tables in another order at each heartbeat of its lease.
 */
export async function emptyTables({ pool }: Pick<Database, 'pool'>, tables: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await pool.query(`TRUNCATE ${tables} CASCADE`);
      return;
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isTransient(error)) throw error;
    }
  }
}

/** How many sessions of this database wait for a lock. Those of other databases do not count: test
 *  files share the server. */
export async function countWaitingForLocks(pool: Pick<pg.Pool, 'query'>): Promise<number> {
  const { rows } = await pool.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows.length;
}
