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

/** Lets everything run that can run without the database answering somebody else first. */
async function settle(): Promise<void> {
  for (let iteration = 0; iteration < 20; iteration++) await new Promise(setImmediate);
}

describe('A transaction', () => {
  it('that rolls back leaves what another client was told is stored', async () => {
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

  it('keeps the session to itself from BEGIN to COMMIT', async () => {
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

  it('takes turns with others, whole, when many are interleaved', async () => {
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

  it('goes on after ROLLBACK TO a savepoint', async () => {
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

  it('that failed holds the session until it is rolled back, then others go on', async () => {
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

  it('is over after a COMMIT that fails on a deferred constraint', async () => {
    await pool.query('CREATE TABLE pairs (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)');
    await withClient(async (one) => {
      await one.query('BEGIN');
      await one.query('INSERT INTO pairs VALUES (1), (1)');
      await expect(one.query('COMMIT')).rejects.toMatchObject({ code: '23505' });
      await withClient((two) => add(two, 'others go on'));
    });
    expect(await notes()).toEqual(['others go on']);
  });

  it('left open is rolled back when the client is released', async () => {
    await withClient(async (one) => {
      await one.query('BEGIN');
      await add(one, 'undone');
    });
    await add(pool, 'next');
    expect(await notes()).toEqual(['next']);
  });

  it('left open after an error is rolled back when the client is released', async () => {
    await withClient(async (one) => {
      await one.query('BEGIN');
      await add(one, 'undone');
      await one.query('nonsense').catch(() => undefined);
    });
    expect(await notes()).toEqual([]);
  });
});

describe('An error', () => {
  it('has the code and constraint that pg would give, and blocks nobody', async () => {
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

  it('of one client leaves its later queries and other clients alone', async () => {
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

describe('Many at once', () => {
  it('all get their own answer', async () => {
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
  it('reaches every client that is connected', async () => {
    await withClient((one) =>
      withClient(async (two) => {
        const notifications = [one, two].map(
          (client) => new Promise((resolve) => client.once('notification', resolve)),
        );
        await one.query('LISTEN bell');
        await pool.query(`SELECT pg_notify('bell', 'ring')`);
        const notification = { channel: 'bell', payload: 'ring' };
        expect(await Promise.all(notifications)).toEqual([notification, notification]);
        await one.query('UNLISTEN bell');
      }),
    );
  });
});

describe('The end', () => {
  it('waits for the transaction in progress and takes no more', async () => {
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
  it.each(QUERY_RESULTS)('come as from pg: $query', async ({ query, rows }) => {
    expect((await pool.query(query as string)).rows).toEqual(rows);
  });

  it('have the count and command that pg gives', async () => {
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

  it('of several statements come as one result each', async () => {
    const results = (await pool.query(
      `INSERT INTO notes VALUES ('x'); SELECT 1 AS a; SELECT 2 AS b`,
    )) as unknown as pg.QueryResult[];
    expect(results.map(({ rows }) => rows)).toEqual([[], [{ a: 1 }], [{ b: 2 }]]);
  });

  it('name their columns and types', async () => {
    const { fields } = await pool.query(`SELECT 1::int8 AS id, 'x'::text AS name`);
    expect(fields.map(({ name, dataTypeID }) => [name, dataTypeID])).toEqual([
      ['id', 20],
      ['name', 25],
    ]);
  });
});
