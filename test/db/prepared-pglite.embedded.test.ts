import { expect, it } from 'vitest';
import type { Database } from '../../src/db/client.ts';
import { openTestDatabase } from '../support/database.ts';
import { buildPaper, storePapers, storeSubscriber } from '../support/rows.ts';

/** Every row and every sequence of a database. */
async function contentsOf({ pool }: Database): Promise<unknown> {
  const { rows: tables } = await pool.query<{ name: string }>(`
    SELECT oid::regclass::text AS name FROM pg_class
    WHERE relkind IN ('r', 'p') AND relnamespace IN ('public'::regnamespace, 'bullmq'::regnamespace, 'drizzle'::regnamespace)
    ORDER BY 1`);
  const contents: unknown[] = [];
  for (const { name } of tables) {
    const { rows } = await pool.query(
      `SELECT coalesce(json_agg(each ORDER BY each::text), '[]') AS rows FROM (SELECT to_jsonb(found) AS each FROM ${name} AS found) AS all_rows`,
    );
    contents.push([name, rows]);
  }
  const { rows } = await pool.query('SELECT sequencename, last_value FROM pg_sequences ORDER BY 1');
  return [...contents, rows];
}

it('The next test file gets a database as it was when the first one got it', async () => {
  const first = await openTestDatabase();
  const before = await contentsOf(first.database);
  const { pool, db } = first.database;
  await storeSubscriber(db);
  await storePapers(db, [{ ...buildPaper(), slugs: ['ssm'] }]);
  await pool.query(`DELETE FROM paper_topics; DELETE FROM topics WHERE slug = 'ssm'`);
  await pool.query(`CREATE TABLE deliveries_1 PARTITION OF deliveries FOR VALUES IN (1)`);
  await pool.query(`SET timezone TO 'Asia/Tokyo'; LISTEN news; SELECT pg_advisory_lock(1)`);
  await first.close();

  const second = await openTestDatabase();
  expect(await contentsOf(second.database)).toEqual(before);
  const { rows } = await second.database.pool.query(`
    SELECT current_setting('timezone') AS zone,
      (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory') AS locks,
      (SELECT count(*)::int FROM pg_listening_channels()) AS channels`);
  expect(rows).toEqual([{ zone: 'UTC', locks: 0, channels: 0 }]);

  await second.database.pool.query('CREATE TABLE another (id int)');
  await second.close();
  const third = await openTestDatabase();
  expect(await contentsOf(third.database)).toEqual(before);
  await third.close();
});
