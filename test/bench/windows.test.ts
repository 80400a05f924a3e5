import { describe, expect, it } from 'vitest';
import { alternateWindows } from './windows.ts';

describe('alternateWindows', () => {
  it('Paperboy is stopped while smtp-source runs, and runs again at the end', async () => {
    let isStopped = false;
    let bytes = 100;
    const wasStopped: boolean[] = [];
    const { pairs, stoppedMs } = await alternateWindows(
      {
        source: async () => {
          wasStopped.push(isStopped);
          return 40;
        },
        messageBytes: 100,
        sourceMessages: 10,
        expectedMessages: 1_000_000,
      },
      {
        signalAll: (signal) => {
          isStopped = signal === 'SIGSTOP';
        },
        readBytes: () => bytes,
        isSending: () => wasStopped.length < 2,
        wait: async (ms) => {
          if (!isStopped) bytes += ms;
        },
      },
    );
    expect(wasStopped).toEqual([true, true]);
    expect(isStopped).toBe(false);
    expect(pairs.map(({ source }) => source)).toEqual([40, 40]);
    expect(pairs.every(({ own }) => own > 0)).toBe(true);
    expect(stoppedMs).toBeGreaterThan(0);
  });
});
