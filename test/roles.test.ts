import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startRoles } from '../src/roles.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

let test: TestApp;

beforeAll(async () => {
  test = await openTestApp();
});

afterEach(() => vi.useRealTimers());

afterAll(async () => {
  await test.close();
});

describe('A scheduler', () => {
  it('A scheduler sweeps again within half a minute after its clock was set back', async () => {
    const { app } = test;
    let sweeps = 0;
    const sweep = async () => {
      sweeps += 1;
    };
    const aheadMs = 3 * 3_600_000;
    vi.useFakeTimers({ toFake: ['Date', 'setInterval'], now: Date.now() + aheadMs });
    const handlers = { ...app.handlers, sweep };
    const roles = await startRoles({ ...app, handlers }, ['scheduler']);
    // One at the start, and the first of the schedule.
    await expect.poll(() => sweeps).toBe(2);
    vi.setSystemTime(Date.now() - aheadMs);
    vi.advanceTimersByTime(30_000);
    await expect.poll(() => sweeps).toBeGreaterThan(2);
    vi.useRealTimers();
    await roles.stop();
  });
});

describe('A long prune', () => {
  it('A scheduler sweeps while it prunes', async () => {
    const { app } = test;
    let sweeps = 0;
    let isPruning = false;
    let endPruning = () => {};
    const pruned = new Promise<void>((resolve) => {
      endPruning = resolve;
    });
    const handlers = {
      ...app.handlers,
      sweep: async () => {
        sweeps += 1;
      },
      prune: () => {
        isPruning = true;
        return pruned;
      },
    };
    await app.queue.enqueue('prune', {}, 'prune-now');
    const roles = await startRoles({ ...app, handlers }, ['scheduler']);
    await expect.poll(() => isPruning).toBe(true);
    const before = sweeps;
    await app.queue.enqueue('sweep', {}, 'sweep-now');
    await expect.poll(() => sweeps).toBeGreaterThan(before);
    endPruning();
    await roles.stop();
  });
});

describe('Workers whose clock is guarded', () => {
  it('Workers are paused and resumed by what the guard tells, not by a skew in between, after which nothing would resume them', async () => {
    const { app } = test;
    const calls: string[] = [];
    const workers = {
      pause: () => void calls.push('pause'),
      resume: () => void calls.push('resume'),
      stop: async () => undefined,
    };
    const queue = { ...app.queue, startWorkers: async () => workers };
    const listeners: ((isRight: boolean) => void)[] = [];
    const clockGuard = {
      ...app.clockGuard,
      isRight: () => false,
      onChange: (listener: (isRight: boolean) => void) => void listeners.push(listener),
    };
    const roles = await startRoles({ ...app, queue, clockGuard }, ['scheduler']);
    expect(calls).toEqual([]);
    for (const isRight of [false, true]) for (const listener of listeners) listener(isRight);
    expect(calls).toEqual(['pause', 'pause', 'resume', 'resume']);
    await roles.stop();
  });
});
