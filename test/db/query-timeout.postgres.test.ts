import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openServerDatabase } from '../../src/db/client.ts';
import { isTransient } from '../../src/db/transient.ts';
import { requireServerUrl } from '../support/database-server.ts';
import { openHalfOpenProxy } from '../support/half-open-proxy.ts';

describe('A server that accepts connections and never answers', () => {
  let proxy: Awaited<ReturnType<typeof openHalfOpenProxy>>;
  let database: Database;
  let withTimeout: Pick<Database, 'db' | 'pool'>;
  /** For what must succeed, however busy the machine is. */
  let patient: Database['db'];

  beforeEach(async () => {
    proxy = await openHalfOpenProxy(requireServerUrl());
    database = openServerDatabase(proxy.url, { connections: 1 });
    withTimeout = database.withQueryTimeout(300);
    patient = database.withQueryTimeout(60_000).db;
    await patient.execute(sql`SELECT 1`);
  });

  afterEach(async () => {
    await database.close();
    await proxy.close();
  });

  /** The pool has one connection. If it works again, the silent one was discarded. */
  async function expectReplacedConnection(): Promise<void> {
    proxy.silenceAfter(null);
    expect((await patient.execute(sql`SELECT 2 AS two`)).rows).toEqual([{ two: 2 }]);
  }

  const failureOf = (asked: Promise<unknown>) =>
    asked.then(
      () => null,
      (error: unknown) => error,
    );

  it.each([
    ['a statement', () => withTimeout.db.execute(sql`SELECT 'silence'`)],
    [
      'a prepared statement',
      () => withTimeout.pool.query({ name: 'silence', text: `SELECT 'silence'` }),
    ],
    ['a transaction', () => withTimeout.db.transaction((tx) => tx.execute(sql`SELECT 'silence'`))],
    ['a BEGIN', () => withTimeout.db.transaction(async () => undefined)],
  ] as const)('A query timeout ends %s, and its connection is discarded', async (what, ask) => {
    proxy.silenceAfter(what === 'a BEGIN' ? 'begin' : 'silence');
    const failure = await failureOf(ask());
    expect(failure).toBeInstanceOf(Error);
    expect(isTransient(failure)).toBe(true);
    await expectReplacedConnection();
  });

  it('A query timeout ends a new connection whose first statement gets no answer', async () => {
    proxy.silenceAfter('silence');
    await failureOf(withTimeout.db.execute(sql`SELECT 'silence'`));
    proxy.silenceAfter('search_path');
    expect(isTransient(await failureOf(withTimeout.db.execute(sql`SELECT 1`)))).toBe(true);
    await expectReplacedConnection();
  });

  it('A connection is kept after an error of the statement itself', async () => {
    const pid = async () =>
      (await patient.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)).rows[0]?.pid;
    const before = await pid();
    const wrong = patient.transaction((tx) => tx.execute(sql`SELECT FROM nothing`));
    expect(isTransient(await failureOf(wrong))).toBe(false);
    expect(await pid()).toBe(before);
  });
});
