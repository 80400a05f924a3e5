import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { loadKeys } from '../../src/settings/keys.ts';
import { useTempFolder } from '../support/temp-folder.ts';

const inFolder = useTempFolder();

const nothingGiven = () => ({
  secretKeys: [],
  suppressionKey: null,
  dataDir: inFolder('data'),
  mayCreate: true,
});
const keysFile = () => inFolder('data', 'keys.json');

async function writeKeys(text: string): Promise<void> {
  await mkdir(inFolder('data'), { recursive: true });
  await writeFile(keysFile(), text);
}

describe('loadKeys', () => {
  it('Keys are created once and kept, so that links in sent mail stay valid', async () => {
    const made = await loadKeys(nothingGiven());
    expect(made.secretKeys).toHaveLength(1);
    expect(made.secretKeys[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(made.suppressionKey).toMatch(/^[0-9a-f]{64}$/);
    expect(made.suppressionKey).not.toBe(made.secretKeys[0]);
    expect(await loadKeys(nothingGiven())).toEqual(made);
    expect(await loadKeys({ ...nothingGiven(), dataDir: inFolder('other') })).not.toEqual(made);
  });

  it('The file of keys is complete and readable only by its owner', async () => {
    await loadKeys(nothingGiven());
    expect((await stat(keysFile())).mode & 0o777).toBe(0o600);
    expect((await stat(inFolder('data'))).mode & 0o777).toBe(0o700);
    expect(await readdir(inFolder('data'))).toEqual(['keys.json']);
  });

  it('No new keys are created for a database with subscribers', async () => {
    const lost = { ...nothingGiven(), mayCreate: false };
    await expect(loadKeys(lost)).rejects.toMatchObject({ code: 'INVALID_KEYS' });
    await expect(loadKeys(lost)).rejects.toThrow(/keys\.json is missing.*backup/);
    const made = await loadKeys(nothingGiven());
    expect(await loadKeys(lost)).toEqual(made);
  });

  it('Keys from the settings are used, without any file when both are set', async () => {
    const given = { secretKeys: ['new', 'old'], suppressionKey: 'kept' };
    expect(await loadKeys({ ...nothingGiven(), ...given })).toEqual(given);
    expect(await readdir(inFolder())).toEqual([]);
  });

  it('One key from the settings is completed by the stored other one', async () => {
    const kept = await loadKeys(nothingGiven());
    expect(await loadKeys({ ...nothingGiven(), secretKeys: ['given'] })).toEqual({
      secretKeys: ['given'],
      suppressionKey: kept.suppressionKey,
    });
    expect(await loadKeys({ ...nothingGiven(), suppressionKey: 'given' })).toEqual({
      secretKeys: kept.secretKeys,
      suppressionKey: 'given',
    });
  });

  it.each([
    ['cut off', '{"secretKeys":["0123456789abcdef"],"suppre'],
    ['empty', ''],
    ['of another shape', '[]'],
    ['null', 'null'],
    ['without a secret key', '{"secretKeys":[],"suppressionKey":"0123456789abcdef"}'],
    ['without a suppression key', '{"secretKeys":["0123456789abcdef"]}'],
    ['with an empty key', '{"secretKeys":["0123456789abcdef"],"suppressionKey":""}'],
    ['with a key that is no text', '{"secretKeys":[7],"suppressionKey":"0123456789abcdef"}'],
  ])('A file of keys that is %s is rejected, not shown and not changed', async (_what, text) => {
    await writeKeys(text);
    const refusal = await loadKeys(nothingGiven()).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'INVALID_KEYS' });
    expect(String(refusal)).toContain(keysFile());
    expect(String(refusal)).not.toContain('0123');
    expect(await readFile(keysFile(), 'utf8')).toBe(text);
  });

  it('New keys never replace a file that cannot be read', async () => {
    await mkdir(keysFile(), { recursive: true });
    await expect(loadKeys(nothingGiven())).rejects.toMatchObject({ code: 'INVALID_KEYS' });
    expect((await stat(keysFile())).isDirectory()).toBe(true);
  });
});
