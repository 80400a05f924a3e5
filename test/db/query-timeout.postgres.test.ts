import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Database, openServerDatabase } from '../../src/db/client.ts';
import { isTransient } from '../../src/db/transient.ts';
import { requireServerUrl } from '../support/database-server.ts';
import { openHalfOpenProxy } from '../support/half-open-proxy.ts';

describe('A server that takes connections and never answers', () => {
  let proxy: Awaited<ReturnType<typeof openHalfOpenProxy>>;
  let database: Database;
  let prompt: Pick<Database, 'db' | 'pool'>;

  beforeEach(async () => {
    proxy = await openHalfOpenProxy(requireServerUrl());
    database = openServerDatabase(proxy.url, { connections: 1, connectTimeoutMs: 300 });
    prompt = database.withQueryTimeout(300);
    await prompt.db.execute(sql`SELECT 1`);
  });

  afterEach(async () => {
    await database.close();
    await proxy.close();
  });

  /** The only connection there may be serves again, so the silent one is gone. */
  async function isBack(): Promise<void> {
    proxy.silenceAfter(null);
    expect((await prompt.db.execute(sql`SELECT 2 AS two`)).rows).toEqual([{ two: 2 }]);
  }

  const failureOf = (asked: Promise<unknown>) =>
    asked.then(
      () => null,
      (error: unknown) => error,
    );

  it.each([
    ['a statement', () => prompt.db.execute(sql`SELECT 'hush'`)],
    ['a prepared statement', () => prompt.pool.query({ name: 'hush', text: `SELECT 'hush'` })],
    ['a transaction', () => prompt.db.transaction((tx) => tx.execute(sql`SELECT 'hush'`))],
    ['the begin of one', () => prompt.db.transaction(async () => undefined)],
  ] as const)('fails %s in time, and its connection is not used again', async (what, ask) => {
    proxy.silenceAfter(what === 'the begin of one' ? 'begin' : 'hush');
    const failure = await failureOf(ask());
    expect(failure).toBeInstanceOf(Error);
    expect(isTransient(failure)).toBe(true);
    await isBack();
  });

  it('fails a new connection in time that gets no answer to its first words', async () => {
    proxy.silenceAfter('hush');
    await failureOf(prompt.db.execute(sql`SELECT 'hush'`));
    proxy.silenceAfter('search_path');
    expect(isTransient(await failureOf(prompt.db.execute(sql`SELECT 1`)))).toBe(true);
    await isBack();
  });

  it('leaves a connection alone whose statement was only wrong', async () => {
    const pid = async () =>
      (await prompt.db.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`)).rows[0]?.pid;
    const before = await pid();
    const wrong = prompt.db.transaction((tx) => tx.execute(sql`SELECT FROM nothing`));
    expect(isTransient(await failureOf(wrong))).toBe(false);
    expect(await pid()).toBe(before);
  });
});
