import { fileURLToPath } from 'node:url';
import {
  assertSchemaCompatibility,
  runMigrations as migrateQueue,
  SchemaMigrationRequiredError,
} from 'bullmq';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as migrateSchema } from 'drizzle-orm/node-postgres/migrator';
import type { Database, Db } from './client.ts';

const FOLDER = fileURLToPath(new URL('../../migrations/', import.meta.url));

const QUEUE_SCHEMA = 'bullmq';

/** Any number, the same in every version: whoever migrates holds this advisory lock. */
const MIGRATION_LOCK = 7_277_372;

/**
 * Brings the tables of Paperboy and, unless the queue is on Redis, those of BullMQ up to this
 * version. Safe to run from several processes at once: they take turns.
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
      await migrateSchema(db, { migrationsFolder: FOLDER });
      if (options.queueInPostgres) await migrateQueue(client, QUEUE_SCHEMA);
    } finally {
      await db.execute(sql`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`);
    }
  } finally {
    client.release();
  }
}

/** Whether the tables are those of this version. */
export async function isMigrated({ db }: Database): Promise<boolean> {
  const { readMigrationFiles } = await import('drizzle-orm/migrator');
  const known = readMigrationFiles({ migrationsFolder: FOLDER }).length;
  return (await listAppliedMigrations(db)).length >= known;
}

/** Whether the tables of a queue in Postgres are those of this version of BullMQ, which else would ask
 *  for them again and again, at full speed. */
export async function isQueueMigrated({ pool }: Database): Promise<boolean> {
  try {
    await assertSchemaCompatibility(pool, QUEUE_SCHEMA);
    return true;
  } catch (error) {
    if (error instanceof SchemaMigrationRequiredError) return false;
    throw error;
  }
}

/** What names the migrations that were applied, in their order. */
export async function listAppliedMigrations(db: Db): Promise<string[]> {
  const migrationTable = await db.execute<{ isThere: boolean }>(
    sql`SELECT to_regclass('drizzle.__drizzle_migrations') IS NOT NULL AS "isThere"`,
  );
  if (!migrationTable.rows[0]?.isThere) return [];
  const applied = await db.execute<{ hash: string }>(
    sql`SELECT hash FROM drizzle.__drizzle_migrations ORDER BY created_at`,
  );
  return applied.rows.map(({ hash }) => hash);
}
