import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startRoles } from '../src/roles.ts';
import { emptyRedis } from './support/redis.ts';
import { openTestApp, type TestApp } from './support/test-app.ts';

let test: TestApp;

beforeAll(async () => {
  await emptyRedis();
  test = await openTestApp();
});

afterEach(() => vi.useRealTimers());

afterAll(async () => {
  await test.close();
  await emptyRedis();
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
    await expect.poll(() => sweeps, { timeout: 30_000 }).toBe(2);
    vi.setSystemTime(Date.now() - aheadMs);
    vi.advanceTimersByTime(30_000);
    await expect.poll(() => sweeps, { timeout: 30_000 }).toBeGreaterThan(2);
    vi.useRealTimers();
    await roles.stop();
  });
});
