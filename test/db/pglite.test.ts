import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPGlite } from '../../src/db/pglite.ts';

let parent: string;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'paperboy-pglite-'));
});

afterAll(() => rm(parent, { recursive: true, force: true }));

describe('The folder of the embedded database', () => {
  it('The folder appears only when complete, after an interrupted start too, and is reused', async () => {
    const folder = join(parent, 'postgres');
    await mkdir(`${folder}.unfinished/base`, { recursive: true });
    await writeFile(`${folder}.unfinished/PG_VERSION`, 'half');
    const first = await openPGlite(folder);
    expect(await readdir(parent)).toEqual(['postgres']);
    await first.exec('CREATE TABLE kept (a int); INSERT INTO kept VALUES (1)');
    await first.close();

    await mkdir(`${folder}.unfinished`);
    const second = await openPGlite(folder);
    expect((await second.query('SELECT a FROM kept')).rows).toEqual([{ a: 1 }]);
    await second.close();
  });

  it('Opening fails when the folder cannot be created', async () => {
    await writeFile(join(parent, 'a-file'), '');
    await expect(openPGlite(join(parent, 'a-file', 'postgres'))).rejects.toMatchObject({
      code: expect.stringMatching(/ENOTDIR|EEXIST/),
    });
  });
});
