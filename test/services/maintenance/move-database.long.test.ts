import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { Database } from '../../../src/db/client.ts';
import { listDueBatches } from '../../../src/db/deliveries/batches.ts';
import { countDeliveries } from '../../../src/db/deliveries/count-deliveries.ts';
import { pauseForgottenDigests } from '../../../src/db/digests/digests.ts';
import { TABLES } from '../../../src/db/moving/tables.ts';
import { moveDatabase } from '../../../src/services/maintenance/move-database.ts';
import { fillEveryTable } from '../../db/support/every-table.ts';
import { openTestDatabase } from '../../support/database.ts';
import { openInMemoryDatabase } from '../../support/in-memory-database.ts';

const NOW = new Date('2026-05-08T09:00:00Z');
let from: Database;
let to: Awaited<ReturnType<typeof openTestDatabase>>;

beforeEach(async () => {
  from = await openMigrated();
  await fillEveryTable(from.pool);
  to = await openTestDatabase();
});
afterEach(async () => {
  await from.close();
  await to.close();
});

/** Embedded, with the tables and no row, also when the other tests run on a server. */
async function openMigrated(): Promise<Database> {
  const dumpFile = inject('dumpFile');
  const dump = dumpFile === null ? null : new Blob([await readFile(dumpFile)]);
  const database = await openInMemoryDatabase(dump);
  if (dump === null) {
    const { migrate } = await import('../../../src/db/migrate.ts');
    await migrate(database, { queueInPostgres: false });
  }
  await database.pool.query('DELETE FROM topics');
  return database;
}

const move = () => moveDatabase({ from, to: to.database }, NOW);

async function rowsOf({ pool }: Database, table: string): Promise<string[]> {
  const { rows } = await pool.query(`SELECT row_to_json(t)::text AS row FROM ${table} AS t`);
  return rows.map(({ row }) => row as string).sort();
}

async function countAll(database: Database): Promise<number> {
  let count = 0;
  for (const table of TABLES) count += (await rowsOf(database, table)).length;
  return count;
}

describe('moveDatabase', () => {
  it('Every row of every table arrives unchanged', async () => {
    const { tables } = await move();
    expect(Object.keys(tables)).toEqual([...TABLES]);
    for (const table of TABLES) {
      expect(tables[table], table).toBeGreaterThan(0);
      if (['leases', 'batches', 'deliveries'].includes(table)) continue;
      expect(await rowsOf(to.database, table)).toEqual(await rowsOf(from, table));
    }
  });

  it('Deliveries that were being sent become unknown, claimed ones pending, and others stay', async () => {
    const before = await rowsOf(from, 'deliveries');
    expect(await move()).toMatchObject({ pending: 1, unknown: 1 });
    const { states } = await countDeliveries(to.database.db, 1, NOW);
    expect(states).toEqual({
      pending: 2,
      claimed: 0,
      sending: 0,
      sent: 1,
      deferred: 1,
      failed: 1,
      unknown: 2,
      skipped: 1,
      expired: 1,
    });
    const isUntouched = (row: string) => !/"state":"(claimed|sending)"/.test(row);
    const after = await rowsOf(to.database, 'deliveries');
    expect(after).toEqual(expect.arrayContaining(before.filter(isUntouched)));
    expect(await listDueBatches(to.database.db, NOW)).toEqual([
      { digestId: 1, batch: 0, claims: 1 },
    ]);
  });

  it('No digest is taken for one that a failover has left incomplete', async () => {
    await from.pool.query('UPDATE digests SET timeline_id = timeline_id + 1');
    await move();
    expect(await pauseForgottenDigests(to.database.db, 'It failed over.', NOW)).toEqual([]);
  });

  it('The embedded database is only read', async () => {
    const before = await Promise.all(TABLES.map((table) => rowsOf(from, table)));
    await move();
    expect(await Promise.all(TABLES.map((table) => rowsOf(from, table)))).toEqual(before);
  });

  it('Ids continue after the highest that was ever used', async () => {
    await from.pool.query('DELETE FROM consents; DELETE FROM transactional_emails');
    await from.pool.query(`SELECT setval('subscribers_id_seq', 41)`);
    await move();
    const { rows } = await to.database.pool.query(`
      INSERT INTO subscribers (email, email_key, status, topics, keywords, frequency, timezone, hour, papers, created_at, updated_at)
      VALUES ('new@example.org', 'new@example.org', 'active', '{}', '{}', 'daily', 'UTC', 7, 10, now(), now()) RETURNING id`);
    expect(rows).toEqual([{ id: '42' }]);
    const emails = await to.database.pool.query(
      `SELECT nextval('transactional_emails_id_seq') AS id`,
    );
    expect(emails.rows).toEqual([{ id: '2' }]);
  });

  it('A target that contains anything but topics is refused and left unchanged', async () => {
    await to.database.pool.query(
      `INSERT INTO sending_rate_limits (relay, next_at) VALUES ('mx:25', now())`,
    );
    const before = await countAll(to.database);
    await expect(move()).rejects.toThrow(
      'The database of DATABASE_URL is in use already: its table sending_rate_limits has rows.',
    );
    expect(await countAll(to.database)).toBe(before);
  });

  it('Tables of another version are refused', async () => {
    await from.pool.query(
      'DELETE FROM drizzle.__drizzle_migrations WHERE id = (SELECT max(id) FROM drizzle.__drizzle_migrations)',
    );
    await expect(move()).rejects.toThrow('has the tables of another version');
  });

  it('Nothing is moved when a single value arrives changed', async () => {
    await to.database.pool.query(`
      CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN NEW.reason := ''operator''; RETURN NEW; END';
      CREATE TRIGGER spoil BEFORE INSERT ON suppressions FOR EACH ROW EXECUTE FUNCTION spoil()`);
    const before = await countAll(to.database);
    await expect(move()).rejects.toThrow(/The table suppressions has 1 rows with the checksum/);
    expect(await countAll(to.database)).toBe(before);
    expect((await to.database.pool.query(`SELECT to_regclass('deliveries_1') AS t`)).rows).toEqual([
      { t: null },
    ]);
  });
});

it('TABLES lists every table after those that it refers to', async () => {
  const { rows } = await from.pool.query(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`,
  );
  expect([...TABLES].sort()).toEqual(rows.map(({ name }) => name).sort());
  const references = await from.pool.query(
    `SELECT conrelid::regclass::text AS "from", confrelid::regclass::text AS "to"
     FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> confrelid`,
  );
  const locationOf = (table: string) => TABLES.indexOf(table as (typeof TABLES)[number]);
  for (const { from: table, to: other } of references.rows) {
    expect(locationOf(other), `${other} before ${table}`).toBeLessThan(locationOf(table));
  }
});
