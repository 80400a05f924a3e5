import fs from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openEmbeddedDatabase } from '../../src/db/client.ts';
import { checkpointIfDue } from '../../src/db/embedded-checkpoints.ts';
import { isTransient } from '../../src/db/transient.ts';

let root: string;
let prepared: string;
let copies = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'paperboy-faults-'));
  prepared = join(root, 'postgres');
  const database = await openEmbeddedDatabase(prepared);
  await database.pool.query('CREATE TABLE kept (id int)');
  await database.close();
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rm(root, { recursive: true, force: true }));

async function copyFolder(): Promise<string> {
  copies += 1;
  const folder = join(root, `copy-${copies}`);
  await cp(prepared, folder, { recursive: true });
  return folder;
}

describe('The embedded database while it is open', () => {
  it('Commits are synced, and the tables that a checkpoint writes too', async () => {
    const database = await openEmbeddedDatabase(await copyFolder());
    const { rows } = await database.pool.query(
      `SELECT name, setting FROM pg_settings
       WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'wal_sync_method') ORDER BY name`,
    );
    await database.close();
    expect(rows.map(({ name, setting }) => `${name}=${setting}`)).toEqual([
      'fsync=on',
      'full_page_writes=on',
      'synchronous_commit=on',
      'wal_sync_method=fsync',
    ]);
  });

  it('A full disk fails the statement with the reason, and all later ones, instead of hanging', async () => {
    const folder = await copyFolder();
    const database = await openEmbeddedDatabase(folder);
    await database.pool.query('INSERT INTO kept VALUES (1)');
    const full = vi.spyOn(fs, 'writeSync').mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    });
    const failure = await database.pool
      .query('INSERT INTO kept VALUES (2)')
      .catch((error) => error);
    full.mockRestore();
    expect(failure).toMatchObject({ code: 'DATABASE_STOPPED' });
    expect(failure.message).toMatch(/No space left on device.*free some space/);
    expect(isTransient(failure)).toBe(false);
    expect(await database.stopped).toBe(failure);
    await expect(database.pool.query('SELECT 1')).rejects.toBe(failure);
    await database.close();

    const again = await openEmbeddedDatabase(folder);
    expect((await again.pool.query('SELECT id FROM kept')).rows).toEqual([{ id: 1 }]);
    await again.close();
  });

  it('A checkpoint is written once enough of the log has been, and not before', async () => {
    const database = await openEmbeddedDatabase(await copyFolder());
    await database.pool.query('CHECKPOINT');
    await database.pool.query('INSERT INTO kept SELECT generate_series(1, 10000)');
    expect(await checkpointIfDue(database.pool)).toBe(false);
    expect(await checkpointIfDue(database.pool, 100_000)).toBe(true);
    expect(await checkpointIfDue(database.pool, 100_000)).toBe(false);
    await database.close();
  });
});

describe('The folder of the embedded database when it cannot be opened', () => {
  it.each([
    ['the log is gone', emptyLog, 'DATABASE_DAMAGED'],
    [
      'the control file is gone',
      (folder) => rm(join(folder, 'global/pg_control')),
      'DATABASE_DAMAGED',
    ],
    ['its version file is gone', (folder) => rm(join(folder, 'PG_VERSION')), 'DATABASE_DAMAGED'],
    [
      'a newer PostgreSQL made it',
      (folder) => writeFile(join(folder, 'PG_VERSION'), '99\n'),
      'DATABASE_VERSION_DIFFERS',
    ],
  ] satisfies [string, (folder: string) => Promise<unknown>, string][])(
    'When %s, the error says so and names the folder',
    async (_when, damage, code) => {
      const folder = await copyFolder();
      await damage(folder);
      const error = await openEmbeddedDatabase(folder).catch((thrown) => thrown);
      expect(error).toMatchObject({ code });
      expect(error.message).toContain(folder);
    },
  );

  it.each([
    ['ENOSPC', 'DATABASE_DISK_FULL'],
    ['EROFS', 'DATABASE_UNWRITABLE'],
  ])('When writing fails with %s, the error says what to do', async (code, expected) => {
    const folder = await copyFolder();
    const refuse = () => {
      throw Object.assign(new Error(`${code}: refused`), { code });
    };
    vi.spyOn(fs, 'writeSync').mockImplementation(refuse);
    vi.spyOn(fs, 'writeFileSync').mockImplementation(refuse);
    const error = await openEmbeddedDatabase(folder).catch((thrown) => thrown);
    vi.restoreAllMocks();
    expect(error).toMatchObject({ code: expected });
    expect(await readFile(join(folder, 'PG_VERSION'), 'utf8')).toBe('18\n');
  });
});

async function emptyLog(folder: string): Promise<void> {
  const names = await readdir(join(folder, 'pg_wal'));
  for (const name of names.filter((each) => /^[0-9A-F]{24}$/.test(each)))
    await truncate(join(folder, 'pg_wal', name), 0);
}
