import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as migrateSchema } from 'drizzle-orm/node-postgres/migrator';
import { PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openServerDatabase } from '../../src/db/client.ts';
import { isMigrated, migrate } from '../../src/db/migrate.ts';
import * as schema from '../../src/db/schema.ts';
import { executeOnServer, urlOfDatabase } from '../support/database-server.ts';
import { openInMemoryDatabase } from '../support/in-memory-database.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url));
const serverUrl = process.env.TEST_DATABASE_URL;
const name = `paperboy_test_${randomBytes(6).toString('hex')}`;
let database: Database;

beforeAll(async () => {
  if (serverUrl) await executeOnServer(serverUrl, `CREATE DATABASE ${name}`);
  database = serverUrl
    ? openServerDatabase(urlOfDatabase(serverUrl, name), { connections: 5 })
    : await openInMemoryDatabase();
});

afterAll(async () => {
  await database.close();
  if (serverUrl) await executeOnServer(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
});

describe('migrate', () => {
  it('Migrating creates all tables, even from several processes at once', async () => {
    expect(await isMigrated(database)).toBe(false);
    // An embedded database belongs to one process, and PGlite is one session.
    await Promise.all(
      Array.from({ length: serverUrl ? 3 : 1 }, () => migrate(database, { queueInPostgres: true })),
    );
    expect(await isMigrated(database)).toBe(true);
    expect(await tablesIn('public')).toContain('deliveries');
    expect((await tablesIn('bullmq')).length).toBeGreaterThan(0);
  });

  it('Migrating again changes nothing', async () => {
    const before = await readSchema();
    await migrate(database, { queueInPostgres: true });
    expect(await readSchema()).toEqual(before);
  });

  it('Migrating releases its lock', async () => {
    const locks = await database.pool.query(
      `SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND database =
        (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    expect(locks.rows).toEqual([]);
  });

  it('A database without a migration of this version is not migrated', async () => {
    await database.pool.query(
      'CREATE TABLE saved AS SELECT * FROM drizzle.__drizzle_migrations; DELETE FROM drizzle.__drizzle_migrations',
    );
    expect(await isMigrated(database)).toBe(false);
    await database.pool.query(
      'INSERT INTO drizzle.__drizzle_migrations SELECT * FROM saved; DROP TABLE saved',
    );
    expect(await isMigrated(database)).toBe(true);
  });

  it('A database with the migrations of another build is not migrated and is refused', async () => {
    await database.pool.query(
      `CREATE TABLE saved AS SELECT * FROM drizzle.__drizzle_migrations;
       UPDATE drizzle.__drizzle_migrations SET hash = 'of another build'`,
    );
    try {
      expect(await isMigrated(database)).toBe(false);
      await expect(migrate(database, { queueInPostgres: true })).rejects.toMatchObject({
        code: 'DATABASE_INCOMPATIBLE',
      });
    } finally {
      await database.pool.query(
        `DELETE FROM drizzle.__drizzle_migrations;
         INSERT INTO drizzle.__drizzle_migrations SELECT * FROM saved;
         DROP TABLE saved`,
      );
    }
    expect(await isMigrated(database)).toBe(true);
  });

  it('isMigrated rejects when the server does not answer', async () => {
    const unreachable = openServerDatabase('postgres://nobody@127.0.0.1:1/none', {
      connections: 1,
    });
    await expect(isMigrated(unreachable)).rejects.toThrow();
    await unreachable.close();
  });
});

it('A migration that fails changes nothing', async () => {
  const before = await readSchema();
  const folder = await mkdtemp(join(tmpdir(), 'paperboy-migrations-'));
  try {
    await cp(MIGRATIONS, folder, { recursive: true });
    const journalFile = join(folder, 'meta', '_journal.json');
    const journal = JSON.parse(await readFile(journalFile, 'utf8'));
    const { idx, when } = journal.entries.at(-1);
    journal.entries.push({
      idx: idx + 1,
      version: '7',
      when: when + 1,
      tag: 'failing',
      breakpoints: true,
    });
    await writeFile(journalFile, JSON.stringify(journal));
    await writeFile(
      join(folder, 'failing.sql'),
      'ALTER TABLE topics ADD COLUMN extra text;\n--> statement-breakpoint\nSELECT nothing;',
    );
    const client = await database.pool.connect();
    try {
      await expect(migrateSchema(drizzle(client), { migrationsFolder: folder })).rejects.toThrow();
    } finally {
      client.release();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  expect(await readSchema()).toEqual(before);
});

describe('The schema in TypeScript', () => {
  const tables = Object.values(schema).filter((value) => is(value, PgTable));

  it.each(tables.map((table) => [getTableName(table), table] as const))(
    'schema.ts has the columns of the table %s',
    async (tableName, table) => {
      const declared = Object.values(getTableColumns(table)).map((column) => ({
        name: column.name,
        type: column.getSQLType(),
        isRequired: column.notNull,
      }));
      const found = await database.pool.query(
        `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS "isRequired"
         FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
         ORDER BY attnum`,
        [tableName],
      );
      expect(declared).toEqual(found.rows);
    },
  );

  it('schema.ts has every table', async () => {
    expect(tables.map(getTableName).sort()).toEqual(
      (await tablesIn('public')).filter((table) => table !== 'signup_limits'),
    );
  });
});

async function tablesIn(schemaName: string): Promise<string[]> {
  const { rows } = await database.pool.query(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = $1 ORDER BY 1',
    [schemaName],
  );
  return rows.map(({ name: table }) => table);
}

async function readSchema(): Promise<unknown> {
  const columns = await database.pool.query(
    `SELECT table_schema, table_name, column_name, data_type, is_nullable, column_default
     FROM information_schema.columns WHERE table_schema IN ('public', 'bullmq') ORDER BY 1, 2, 3`,
  );
  const indexes = await database.pool.query(
    `SELECT indexdef FROM pg_indexes WHERE schemaname IN ('public', 'bullmq') ORDER BY 1`,
  );
  const applied = await database.pool.query('SELECT * FROM drizzle.__drizzle_migrations');
  return [columns.rows, indexes.rows, applied.rows];
}
