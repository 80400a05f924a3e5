import { PGlite } from '@electric-sql/pglite';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PGlitePool } from '../../src/db/pglite-pool.ts';
import { QUERY_RESULTS } from './support/query-results.ts';

let pglite: PGlite;
let pool: pg.Pool;

beforeAll(async () => {
  pglite = await PGlite.create();
  pool = new PGlitePool(pglite) as unknown as pg.Pool;
  await pool.query(`SET timezone TO 'UTC'; CREATE TABLE notes (text text PRIMARY KEY)`);
});

afterEach(async () => {
  await pool.query('TRUNCATE notes');
});

afterAll(async () => {
  await pool.end();
  await pglite.close();
});

async function notes(): Promise<string[]> {
  const { rows } = await pool.query('SELECT text FROM notes ORDER BY text');
  return rows.map(({ text }) => text);
}

const add = (client: Pick<pg.Pool, 'query'>, text: string) =>
  client.query('INSERT INTO notes VALUES ($1)', [text]);

async function withClient<Value>(use: (client: pg.PoolClient) => Promise<Value>): Promise<Value> {
  const client = await pool.connect();
  try {
    return await use(client);
  } finally {
    client.release();
  }
}

/** Waits until all work is done that needs no further answer of the database. */
async function settle(): Promise<void> {
  for (let iteration = 0; iteration < 20; iteration++) await new Promise(setImmediate);
}

describe('A transaction', () => {
  it('A rollback keeps what another client has stored', async () => {
    await withClient(async (one) => {
      await one.query('BEGIN');
      await add(one, 'undone');
      const other = add(pool, 'kept');
      await settle();
      await one.query('ROLLBACK');
      await other;
    });
    expect(await notes()).toEqual(['kept']);
  });

  it('A transaction has the session for itself from BEGIN to COMMIT', async () => {
    const order: string[] = [];
    await withClient(async (one) => {
      await one.query('BEGIN');
      const others = [add(pool, 'other'), withClient((two) => add(two, 'two'))].map((each) =>
        each.then(() => order.push('other')),
      );
      await settle();
      await add(one, 'mine');
      order.push('mine');
      await one.query('COMMIT');
      await Promise.all(others);
    });
    expect(order).toEqual(['mine', 'other', 'other']);
    expect(await notes()).toEqual(['mine', 'other', 'two']);
  });

  it('Concurrent transactions run one after the other', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        withClient(async (client) => {
          await client.query('BEGIN');
          await add(client, `${n}a`);
          await settle();
          await add(client, `${n}b`);
          await client.query(n % 2 === 0 ? 'COMMIT' : 'ROLLBACK');
        }),
      ),
    );
    const kept = await notes();
    expect(kept).toHaveLength(20);
    expect(kept.every((text) => Number.parseInt(text, 10) % 2 === 0)).toBe(true);
  });

  it('A transaction continues after ROLLBACK TO a savepoint', async () => {
    await withClient(async (one) => {
      await one.query('BEGIN');
      await add(one, 'before');
      await one.query('SAVEPOINT here');
      await add(one, 'undone');
      await one.query('ROLLBACK TO SAVEPOINT here');
      const other = add(pool, 'other');
      await settle();
      await one.query('RELEASE SAVEPOINT here');
      await add(one, 'after');
      await one.query('ROLLBACK');
      await other;
    });
    expect(await notes()).toEqual(['other']);
  });

  it('A failed transaction holds the session until it is rolled back', async () => {
    await withClient(async (one) => {
      await one.query('BEGIN');
      await add(one, 'undone');
      await expect(one.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' });
      const other = add(pool, 'other');
      await settle();
      await expect(add(one, 'too late')).rejects.toMatchObject({ code: '25P02' });
      await one.query('ROLLBACK');
      await other;
    });
    expect(await notes()).toEqual(['other']);
  });

  it('A COMMIT that fails on a deferred constraint ends the transaction', async () => {
    await pool.query('CREATE TABLE pairs (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
    await withClient(async (one) => {
      await one.query('BEGIN');
      await one.query('INSERT INTO pairs VALUES (1), (1)');
      await expect(one.query('COMMIT')).rejects.toMatchObject({ code: '23505' });
      await withClient((two) => add(two, 'others go on'));
    });
    expect(await notes()).toEqual(['others go on']);
  });

  it('Releasing the client rolls back an open transaction', async () => {
    await withClient(async (one) => {
      await one.query('BEGIN');
      await add(one, 'undone');
    });
    await add(pool, 'next');
    expect(await notes()).toEqual(['next']);
  });

  it('Releasing the client rolls back a failed transaction', async () => {
    await withClient(async (one) => {
      await one.query('BEGIN');
      await add(one, 'undone');
      await one.query('nonsense').catch(() => undefined);
    });
    expect(await notes()).toEqual([]);
  });
});

describe('An error', () => {
  it('An error has the code and constraint of pg, and blocks no other client', async () => {
    await add(pool, 'once');
    await expect(add(pool, 'once')).rejects.toMatchObject({
      code: '23505',
      constraint: 'notes_pkey',
      table: 'notes',
    });
    await expect(pool.query('nonsense')).rejects.toMatchObject({ code: '42601' });
    await expect(pool.query('SELECT $1::int', ['no number'])).rejects.toMatchObject({
      code: '22P02',
    });
    expect(await notes()).toEqual(['once']);
  });

  it('An error affects neither later queries of its client nor other clients', async () => {
    await withClient(async (client) => {
      const results = await Promise.allSettled([
        client.query('nonsense'),
        add(client, 'same client'),
        add(pool, 'other client'),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    });
    expect(await notes()).toEqual(['other client', 'same client']);
  });
});

describe('Concurrent queries', () => {
  it('Each concurrent query gets its own answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const { rows } = await pool.query('SELECT $1::int AS n', [n]);
        return rows[0]?.n;
      }),
    );
    expect(answers).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });
});

describe('A notification', () => {
  it('A notification reaches every connected client', async () => {
    await withClient((one) =>
      withClient(async (two) => {
        const notifications = [one, two].map(
          (client) => new Promise((resolve) => client.once('notification', resolve)),
        );
        await one.query('LISTEN news');
        await pool.query(`SELECT pg_notify('news', 'hello')`);
        const notification = { channel: 'news', payload: 'hello' };
        expect(await Promise.all(notifications)).toEqual([notification, notification]);
        await one.query('UNLISTEN news');
      }),
    );
  });
});

describe('Ending the pool', () => {
  it('end waits for the transaction in progress and accepts no new query', async () => {
    const ending = new PGlitePool(pglite) as unknown as pg.Pool;
    const client = await ending.connect();
    await client.query('BEGIN');
    await add(client, 'finished');
    let isEnded = false;
    const end = ending.end().then(() => {
      isEnded = true;
    });
    await settle();
    expect(isEnded).toBe(false);
    await client.query('COMMIT');
    client.release();
    await end;
    await expect(ending.query('SELECT 1')).rejects.toThrow(/after calling end/);
    await expect(ending.connect()).rejects.toThrow(/after calling end/);
    expect(await notes()).toEqual(['finished']);
  });
});

describe('Values', () => {
  it.each(QUERY_RESULTS)('The pool returns the rows of pg: $query', async ({ query, rows }) => {
    expect((await pool.query(query as string)).rows).toEqual(rows);
  });

  it('Results have the row count and command of pg', async () => {
    const shape = ({ command, rowCount }: pg.QueryResult) => [command, rowCount];
    await add(pool, 'a');
    await add(pool, 'b');
    expect(shape(await pool.query('SELECT * FROM notes'))).toEqual(['SELECT', 2]);
    expect(shape(await pool.query(`UPDATE notes SET text = text || '!'`))).toEqual(['UPDATE', 2]);
    expect(shape(await pool.query('DELETE FROM notes WHERE text = $1', ['a!']))).toEqual([
      'DELETE',
      1,
    ]);
    expect(shape(await pool.query('DELETE FROM notes WHERE false'))).toEqual(['DELETE', 0]);
    expect(shape(await add(pool, 'c'))).toEqual(['INSERT', 1]);
  });

  it('Several statements in one text return one result each', async () => {
    const results = (await pool.query(
      `INSERT INTO notes VALUES ('x'); SELECT 1 AS a; SELECT 2 AS b`,
    )) as unknown as pg.QueryResult[];
    expect(results.map(({ rows }) => rows)).toEqual([[], [{ a: 1 }], [{ b: 2 }]]);
  });

  it('Results have the names and types of their columns', async () => {
    const { fields } = await pool.query(`SELECT 1::int8 AS id, 'x'::text AS name`);
    expect(fields.map(({ name, dataTypeID }) => [name, dataTypeID])).toEqual([
      ['id', 20],
      ['name', 25],
    ]);
  });
});
