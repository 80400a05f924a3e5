import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as migrateSchema } from 'drizzle-orm/node-postgres/migrator';
import { PaperboyError } from '../domain/errors.ts';
import type { Database, Db } from './client.ts';
import { isLockTimeout } from './transient.ts';

const FOLDER = fileURLToPath(new URL('../../migrations/', import.meta.url));

const QUEUE_SCHEMA = 'bullmq';

/** The advisory lock of a migration: any number, but the same in every version. */
const MIGRATION_LOCK = 7_277_372;

/** How a migration waits for tables that others use. While it waits, every statement that names
 *  such a table waits behind it: so it gives way after a short while, and tries again later. */
const TABLE_LOCKS = { timeoutMs: 5000, pauseMs: 2000, attempts: 30 };

/**
 * Migrates the tables of Paperboy and, unless the queue is on Redis, those of BullMQ to this
 * version. Several processes may do it at once: a lock serialises them.
 * @throws PaperboyError `DATABASE_INCOMPATIBLE` for the tables of a build with other migrations,
 * `DATABASE_BUSY` when others use the tables for minutes.
 */
export async function migrate(
  database: Database,
  options: { queueInPostgres: boolean; tableLocks?: typeof TABLE_LOCKS },
): Promise<void> {
  const { queueInPostgres, tableLocks = TABLE_LOCKS } = options;
  const client = await database.pool.connect();
  try {
    const db = drizzle(client);
    await db.execute(sql`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
    try {
      await db.execute(sql.raw(`SET lock_timeout TO ${tableLocks.timeoutMs}`));
      await retryWhileLocked(tableLocks, async () => {
        await assertOwnMigrations(db);
        await migrateSchema(db, { migrationsFolder: FOLDER });
        if (!queueInPostgres) return;
        const { runMigrations } = await import('bullmq');
        await runMigrations(client, QUEUE_SCHEMA);
      });
    } finally {
      await db.execute(sql`RESET lock_timeout`);
      await db.execute(sql`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`);
    }
  } finally {
    client.release();
  }
}

async function retryWhileLocked(
  { timeoutMs, pauseMs, attempts }: typeof TABLE_LOCKS,
  run: () => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      if (attempt < attempts) await wait(pauseMs);
      else {
        const seconds = Math.round((attempts * (timeoutMs + pauseMs)) / 1000);
        throw new PaperboyError(
          'DATABASE_BUSY',
          `Other processes have used the tables for ${seconds} s without a break, so nothing was migrated. Run it again when nothing composes, backs up or prunes.`,
          { cause: error },
        );
      }
    }
  }
}

/** Whether all migrations of this version were applied. */
export async function isMigrated({ db }: Database): Promise<boolean> {
  const applied = new Set(await listAppliedMigrations(db));
  return (await listKnownMigrations()).every((hash) => applied.has(hash));
}

/** drizzle compares only times: it would take the tables of another build for its own. */
async function assertOwnMigrations(db: Pick<Db, 'execute'>): Promise<void> {
  const [firstApplied] = await listAppliedMigrations(db);
  const [firstKnown] = await listKnownMigrations();
  if (firstApplied === undefined || firstApplied === firstKnown) return;
  throw new PaperboyError(
    'DATABASE_INCOMPATIBLE',
    'The database was made by an earlier build of Paperboy, whose tables this version cannot migrate: expected a new database (DATABASE_URL, or else an empty DATA_DIR).',
  );
}

/** The hashes of the migrations of this version. A released migration is never edited. */
async function listKnownMigrations(): Promise<string[]> {
  const { readMigrationFiles } = await import('drizzle-orm/migrator');
  return readMigrationFiles({ migrationsFolder: FOLDER }).map(({ hash }) => hash);
}

/**
 * Whether the tables of a queue in PostgreSQL have the version that BullMQ expects. With other
 * tables BullMQ would retry its queries without pause.
 */
export async function isQueueMigrated({ pool }: Database): Promise<boolean> {
  const { assertSchemaCompatibility, SchemaMigrationRequiredError } = await import('bullmq');
  try {
    await assertSchemaCompatibility(pool, QUEUE_SCHEMA);
    return true;
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError) return false;
    throw error;
  }
}

/** The hashes of the applied migrations, oldest first. */
export async function listAppliedMigrations(db: Pick<Db, 'execute'>): Promise<string[]> {
  const found = await db.execute<{ exists: boolean }>(
    sql`SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS exists`,
  );
  if (!found.rows[0]?.exists) return [];
  const applied = await db.execute<{ hash: string }>(
    sql`SELECT hash FROM drizzle.__drizzle_migrations ORDER BY created_at`,
  );
  return applied.rows.map(({ hash }) => hash);
}
