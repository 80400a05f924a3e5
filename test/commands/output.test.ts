import { describe, expect, it } from 'vitest';
import { createTerminalProgress } from '../../src/commands/output.ts';
import { runCommandWith } from './run.ts';

const CLEAR = '\r\u001b[K';

describe('createTerminalProgress', () => {
  it('Progress overwrites its line, after the first two seconds', async () => {
    const { stderr } = await watched(true, [0, 1900, 2000, 2050, 2100]);
    expect(stderr).toBe(`${CLEAR}at 2000${CLEAR}at 2100${CLEAR}`);
  });

  it('Progress shows nothing for a quick command', async () => {
    expect((await watched(true, [0, 500])).stderr).toBe('');
  });

  it('Progress shows nothing without a terminal', async () => {
    expect((await watched(false, [0, 5000])).stderr).toBe('');
  });

  it('Progress keeps its line within the width of the terminal', async () => {
    const { stderr } = await watched(true, [3000], 'x'.repeat(200));
    expect(stderr).toBe(`${CLEAR}${'x'.repeat(79)}${CLEAR}`);
  });
});

/** Shows progress at each of the times. */
function watched(isTerminal: boolean, timesMs: number[], line?: string) {
  return runCommandWith(
    async (io) => {
      let elapsed = 0;
      const progress = createTerminalProgress(io, () => elapsed);
      for (const time of timesMs) {
        elapsed = time;
        progress.show(line ?? `at ${time}`);
      }
      await progress.clear();
      return 0;
    },
    { isTerminal },
  );
}
