import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { loadStoredAdminToken } from '../../src/settings/admin-token.ts';
import { useTempFolder } from '../support/temp-folder.ts';

const inFolder = useTempFolder();

const embedded = () => ({ adminToken: null, databaseUrl: null, dataDir: inFolder('data') });
const file = () => inFolder('data', 'admin-token');

describe('loadStoredAdminToken', () => {
  it('A token is created once and kept, readable only by its owner', async () => {
    const token = await loadStoredAdminToken(embedded());
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(await loadStoredAdminToken(embedded())).toBe(token);
    expect(await readFile(file(), 'utf8')).toBe(`${token}\n`);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(await readdir(inFolder('data'))).toEqual(['admin-token']);
  });

  it('A token that the operator wrote into the file is used', async () => {
    await loadStoredAdminToken(embedded());
    await writeFile(file(), `${'long-enough-'.repeat(4)}\n`);
    expect(await loadStoredAdminToken(embedded())).toBe('long-enough-'.repeat(4));
  });

  it.each(['', 'short', `${'a'.repeat(40)} ${'b'.repeat(40)}`])(
    'A token file with %j is rejected',
    async (text) => {
      await loadStoredAdminToken(embedded());
      await writeFile(file(), text);
      await expect(loadStoredAdminToken(embedded())).rejects.toThrow(
        /admin-token holds no token: expected one line of 32 to 1,000/,
      );
    },
  );

  it('No token is created when ADMIN_TOKEN or a database server is set', async () => {
    expect(await loadStoredAdminToken({ ...embedded(), adminToken: 'x'.repeat(32) })).toBeNull();
    expect(
      await loadStoredAdminToken({ ...embedded(), databaseUrl: 'postgres://db/p' }),
    ).toBeNull();
    expect(await readdir(inFolder())).toEqual([]);
  });
});
