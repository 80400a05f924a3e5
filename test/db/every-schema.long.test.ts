import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as migrateSchema } from 'drizzle-orm/node-postgres/migrator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openEmbeddedDatabase, openServerDatabase } from '../../src/db/client.ts';
import { listDueBatches } from '../../src/db/deliveries/batches.ts';
import { countDeliveries } from '../../src/db/deliveries/count-deliveries.ts';
import { findDelivery } from '../../src/db/deliveries/deliveries.ts';
import { endLeases } from '../../src/db/deliveries/leases.ts';
import { isMigrated, migrate } from '../../src/db/migrate.ts';
import { TABLES } from '../../src/db/moving/tables.ts';
import { countPapers } from '../../src/db/papers/paper-lists.ts';
import { findSubscriberByEmail } from '../../src/db/subscribers/subscribers.ts';
import { executeOnServer, urlOfDatabase } from '../support/database-server.ts';
import { fillEveryTable, HOSTILE_TEXT, NEWEST_MIGRATION } from './support/every-table.ts';

const SERVER = process.env.TEST_DATABASE_URL;
const MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url));
const NOW = new Date('2026-05-08T09:00:00Z');

const name = `paperboy_test_${randomBytes(6).toString('hex')}`;
let folder: string;
let database: Database;
let newest: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paperboy-migrations-'));
  if (SERVER) await executeOnServer(SERVER, `CREATE DATABASE ${name}`);
  database = SERVER
    ? openServerDatabase(urlOfDatabase(SERVER, name), { connections: 5 })
    : await openEmbeddedDatabase({ dump: null });
  await migrate(database, { queueInPostgres: false });
  newest = await shape();
});
beforeEach(() =>
  database.pool.query(`
    DROP SCHEMA IF EXISTS public, drizzle, bullmq CASCADE;
    CREATE SCHEMA public`),
);
afterAll(async () => {
  await database.close();
  if (SERVER) await executeOnServer(SERVER, `DROP DATABASE ${name} WITH (FORCE)`);
  await rm(folder, { recursive: true, force: true });
});

/** Our migrations as a version had them that knew the first `count`; `spoil` is added to the last. */
async function firstMigrations(count: number, spoil = ''): Promise<string> {
  const copy = join(folder, `${count}${spoil && '-spoilt'}`);
  await cp(MIGRATIONS, copy, { recursive: true });
  const path = join(copy, 'meta', '_journal.json');
  const journal = JSON.parse(await readFile(path, 'utf8'));
  journal.entries = journal.entries.slice(0, count);
  await writeFile(path, JSON.stringify(journal));
  const last = join(copy, `${journal.entries.at(-1).tag}.sql`);
  if (spoil)
    await writeFile(last, `${await readFile(last, 'utf8')}--> statement-breakpoint\n${spoil}`);
  return copy;
}

async function migrateTo(migrationsFolder: string): Promise<void> {
  const client = await database.pool.connect();
  try {
    await migrateSchema(drizzle(client), { migrationsFolder });
  } finally {
    client.release();
  }
}

/** Every column, index and constraint of our tables. A digest's own table is like all of its kind. */
async function shape(): Promise<string[]> {
  const { rows } = await database.pool.query(`
    SELECT concat_ws(' ', relname, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated) AS line
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename !~ '^deliveries_\\d'
    UNION ALL
    SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(pg_constraint.oid))
    FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
    WHERE connamespace = 'public'::regnamespace AND NOT relispartition AND contype <> 'n'`);
  return rows.map(({ line }) => line as string).sort();
}

const every = Array.from({ length: NEWEST_MIGRATION }, (_, count) => count + 1);

it('The rows of these tests know the newest migration', async () => {
  const files = await readdir(MIGRATIONS);
  expect(files.filter((name) => name.endsWith('.sql'))).toHaveLength(NEWEST_MIGRATION);
});

describe.each(every)('From the tables of the first %i migrations to the newest', (count) => {
  beforeEach(async () => {
    await migrateTo(await firstMigrations(count));
    await fillEveryTable(database.pool, count);
  });

  it('everything is kept, and the tables are those of a new database', async () => {
    expect(await isMigrated(database)).toBe(count === NEWEST_MIGRATION);
    await migrate(database, { queueInPostgres: true });
    expect(await isMigrated(database)).toBe(true);
    expect(await shape()).toEqual(newest);
    await expectEverythingKept();
  });

  if (count === NEWEST_MIGRATION) return;
  it('a migration that fails leaves all as it was', async () => {
    const before = await shape();
    await expect(
      migrateTo(await firstMigrations(NEWEST_MIGRATION, 'SELECT nothing')),
    ).rejects.toThrow();
    expect(await shape()).toEqual(before);
    await migrate(database, { queueInPostgres: false });
    await expectEverythingKept();
  });
});

/** Read as this version reads it, after the start of a process has ended the lease of the one before. */
async function expectEverythingKept(): Promise<void> {
  const { db, pool } = database;
  await db.transaction((tx) => endLeases(tx, { all: true }, NOW));
  const { states } = await countDeliveries(db, 1, NOW);
  expect(states).toMatchObject({ pending: 2, sent: 1, deferred: 1, failed: 1, unknown: 2 });
  expect(states).toMatchObject({ skipped: 1, expired: 1, claimed: 0, sending: 0 });
  const selection = [{ rank: 1, reason: 'Why “it” is here.' }];
  expect(await findDelivery(db, 1, 5)).toMatchObject({ state: 'deferred', selection });
  expect((await listDueBatches(db, NOW)).map(({ batch }) => batch)).toEqual([0]);
  const filter = { topic: 'birds', date: '2026-05-07', text: 'swan' };
  expect(await countPapers(db, filter, 9)).toBe(1);
  expect(await findSubscriberByEmail(db, 'reader9@example.org')).toMatchObject({
    topics: ['birds'],
    keywords: [HOSTILE_TEXT],
    timezone: 'Europe/Berlin',
  });
  const once = [
    'topics',
    'papers',
    'suppressions',
    'transactional_emails',
    'digests',
    'digest_papers',
  ];
  for (const table of TABLES) {
    const { rows } = await pool.query(`SELECT count(*)::int AS count FROM ${table}`);
    if (once.includes(table)) expect(rows, table).toEqual([{ count: 1 }]);
  }
}
