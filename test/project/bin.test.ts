import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectFile } from './files.ts';

const BIN = fileURLToPath(new URL('../../bin/paperboy', import.meta.url));

/** A clone with the executable alone, and a folder elsewhere. */
let root: string;
let clone: string;
let elsewhere: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'bin-test-')));
  clone = join(root, 'clone');
  elsewhere = join(root, 'elsewhere');
  for (const folder of [join(clone, 'bin'), elsewhere]) await mkdir(folder, { recursive: true });
  await copyFile(BIN, join(clone, 'bin/paperboy'));
  await writeFile(join(clone, 'package.json'), '{ "type": "module" }');
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('bin/paperboy', () => {
  it('package.json names bin/paperboy as the executable of the package', () => {
    expect(JSON.parse(projectFile('package.json')).bin).toEqual({ paperboy: 'bin/paperboy' });
  });

  it('bin/paperboy runs from any folder and through a symbolic link', async () => {
    await build('console.log(JSON.stringify([process.cwd(), ...process.argv.slice(2)]));');
    await symlink(join(clone, 'bin/paperboy'), join(elsewhere, 'pb'));
    for (const path of [join(clone, 'bin/paperboy'), './pb']) {
      const { code, stdout } = await run(path, ['papers', 'import', '-']);
      expect(JSON.parse(stdout)).toEqual([elsewhere, 'papers', 'import', '-']);
      expect(code).toBe(0);
    }
  });

  it('bin/paperboy ends with the exit code of the program', async () => {
    await build('process.exitCode = 3;');
    expect(await run(join(clone, 'bin/paperboy'))).toMatchObject({ code: 3 });
  });

  it('bin/paperboy says what to run when nothing is built', async () => {
    const { code, stderr } = await run(join(clone, 'bin/paperboy'));
    expect(stderr).toContain(`run “npm ci” in ${clone}`);
    expect(code).toBe(1);
  });

  it('bin/paperboy says what to run when the packages are missing', async () => {
    await build("import 'a-package-that-nobody-installed';");
    const { code, stderr } = await run(join(clone, 'bin/paperboy'));
    expect(stderr).toContain('run “npm ci”');
    expect(stderr).toContain('a-package-that-nobody-installed');
    expect(code).toBe(1);
  });

  it('bin/paperboy does not hide an error of the program', async () => {
    await build("throw new Error('broken');");
    const { code, stderr } = await run(join(clone, 'bin/paperboy'));
    expect(stderr).toContain('Error: broken');
    expect(code).toBe(1);
  });
});

async function build(main: string): Promise<void> {
  await mkdir(join(clone, 'dist'));
  await writeFile(join(clone, 'dist/main.js'), main);
}

function run(path: string, argv: readonly string[] = []) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(path, argv, { cwd: elsewhere }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
