import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createSendSuspension,
  type SendSuspension,
} from '../../../src/services/deliveries/send-suspension.ts';

const MINUTE_MS = 60_000;

let output: string[];
let suspension: SendSuspension;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
  output = [];
  const alerts = {
    raise: async () => void output.push('raise'),
    end: async () => void output.push('end'),
  };
  suspension = createSendSuspension({ alerts, log: () => undefined }, 'host:1');
});
afterEach(() => {
  suspension.close();
  vi.useRealTimers();
});

describe('The alert of a worker whose results the database refuses', () => {
  it('The alert is raised every minute while the worker is suspended', async () => {
    suspension.suspend(new Error('permission denied'));
    await vi.advanceTimersByTimeAsync(3 * MINUTE_MS);
    expect(output).toEqual(Array(4).fill('raise'));
  });

  it('The alert is raised no more once the worker works again, also when it has nothing to send', async () => {
    suspension.suspend(new Error('permission denied'));
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(suspension.isSuspended()).toBe(false);
    output = [];
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(output).toEqual([]);
  });

  it('The alert ends at once when a statement succeeds, and is raised again when one fails', async () => {
    suspension.suspend(new Error('permission denied'));
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    output = [];
    suspension.noteSuccess();
    suspension.suspend(new Error('permission denied'));
    expect(output).toEqual(['end', 'raise']);
  });
});
