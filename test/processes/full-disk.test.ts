import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import {
  killAll,
  type ProcessEnvironment,
  runPaperboyOk,
  startPaperboy,
} from './support/paperboy.ts';

const FULL_DISK = fileURLToPath(new URL('../power-cuts/full-disk.ts', import.meta.url));

let root: string;
afterEach(async () => {
  await killAll();
  await rm(root, { recursive: true, force: true });
});

it('When the disk of the embedded database is full, “start” ends with 1 and says what to do', async () => {
  root = await mkdtemp(join(tmpdir(), 'paperboy-full-'));
  const env = { DATA_DIR: join(root, 'data'), PORT: '0', INBOX_PORT: '0' };
  const environment: ProcessEnvironment = { cwd: join(root, 'home'), env };
  await mkdir(environment.cwd);
  const running = await startPaperboy(environment, null, [
    ...['--import', import.meta.resolve('tsx')],
    ...['--import', FULL_DISK],
  ]);
  // The next heartbeat of the lease writes.
  process.kill(running.pid, 'SIGUSR2');
  const { code, stderr } = await running.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/The embedded database in .* stopped .*No space left on device/);
  expect(stderr).toContain('free some space on the disk and start Paperboy again');
  expect(await runPaperboyOk('doctor', environment)).not.toContain('FAIL');
});
