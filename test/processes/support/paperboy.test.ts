import { expect, test } from 'vitest';
import { killAll, runPaperboy } from './paperboy.ts';

test('A command in a folder that is gone ends with the reason, and killing all waits for nothing', async () => {
  const { code, stderr } = await runPaperboy(['--version'], { cwd: '/no/such/folder', env: {} });
  expect(code).not.toBe(0);
  expect(stderr).toContain('ENOENT');
  await killAll();
});
