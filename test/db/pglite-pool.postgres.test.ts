import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PGlitePool } from '../../src/db/pglite-pool.ts';
import { requireServerUrl } from '../support/database-server.ts';
import { QUERY_RESULTS } from './support/query-results.ts';

describe('The pool of an embedded database and a PostgreSQL server', () => {
  const client = new pg.Client(requireServerUrl());
  let pglite: PGlite;
  let pool: pg.Pool;
  beforeAll(async () => {
    pglite = await PGlite.create();
    pool = new PGlitePool(pglite) as unknown as pg.Pool;
    await pool.query(`SET timezone TO 'UTC'; CREATE TABLE notes (text text PRIMARY KEY)`);
    await client.connect();
    await client.query(
      `SET timezone TO 'UTC'; CREATE TEMPORARY TABLE notes (text text PRIMARY KEY)`,
    );
  });
  afterAll(async () => {
    await client.end();
    await pool.end();
    await pglite.close();
  });

  it.each(QUERY_RESULTS)(
    'A server returns the rows that the pool is tested with: $query',
    async ({ query, rows }) => {
      expect((await client.query(query as string)).rows).toEqual(rows);
    },
  );

  it('The pool returns the counts, commands and rows that a server returns', async () => {
    for (const query of [
      `INSERT INTO notes VALUES ('a'), ('b')`,
      'SELECT * FROM notes',
      'DELETE FROM notes WHERE false',
      'SELECT 1; SELECT 2',
      'SET LOCAL work_mem TO 1024',
      'BEGIN',
      'SELECT',
      'ROLLBACK',
      'DELETE FROM notes',
    ]) {
      const mine = [await pool.query(query)].flat().map(shapeOf);
      const theirs = [await client.query(query)].flat().map(shapeOf);
      expect(mine, query).toEqual(theirs);
    }
  });
});

function shapeOf({ command, rowCount, rows }: pg.QueryResult) {
  return { command, rowCount, rows };
}
