import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as migrateSchema } from 'drizzle-orm/node-postgres/migrator';
import { PaperboyError } from '../domain/errors.ts';
import type { Database, Db } from './client.ts';

const FOLDER = fileURLToPath(new URL('../../migrations/', import.meta.url));

const QUEUE_SCHEMA = 'bullmq';

/** The advisory lock of a migration: any number, but the same in every version. */
const MIGRATION_LOCK = 7_277_372;

/**
 * Migrates the tables of Paperboy and, unless the queue is on Redis, those of BullMQ to this
 * version. Several processes may do it at once: a lock serialises them.
 * @throws PaperboyError `DATABASE_INCOMPATIBLE` for the tables of a build with other migrations.
 */
export async function migrate(
  database: Database,
  options: { queueInPostgres: boolean },
): Promise<void> {
  const client = await database.pool.connect();
  try {
    const db = drizzle(client);
    await db.execute(sql`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
    try {
      await assertOwnMigrations(db);
      await migrateSchema(db, { migrationsFolder: FOLDER });
      if (options.queueInPostgres) {
        const { runMigrations } = await import('bullmq');
        await runMigrations(client, QUEUE_SCHEMA);
      }
    } finally {
      await db.execute(sql`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`);
    }
  } finally {
    client.release();
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
