import { fileURLToPath } from 'node:url';
import { runMigrations as migrateQueue } from 'bullmq';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as migrateSchema } from 'drizzle-orm/node-postgres/migrator';
import type { Database } from './client.ts';

const FOLDER = fileURLToPath(new URL('../../migrations/', import.meta.url));

/** Any number, the same in every version: whoever migrates holds this advisory lock. */
const LOCK = 7_277_372;

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
    await db.execute(sql`SELECT pg_advisory_lock(${LOCK})`);
    try {
      await migrateSchema(db, { migrationsFolder: FOLDER });
      if (options.queueInPostgres) await migrateQueue(client, 'bullmq');
    } finally {
      await db.execute(sql`SELECT pg_advisory_unlock(${LOCK})`);
    }
  } finally {
    client.release();
  }
}

/** Whether the tables are those of this version. */
export async function isMigrated(database: Database): Promise<boolean> {
  const applied = await database.db
    .execute<{ count: string }>(sql`SELECT count(*) FROM drizzle.__drizzle_migrations`)
    .then((result) => Number(result.rows[0]?.count ?? 0))
    .catch(() => 0);
  const { readMigrationFiles } = await import('drizzle-orm/migrator');
  return applied >= readMigrationFiles({ migrationsFolder: FOLDER }).length;
}
