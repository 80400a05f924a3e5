import { beforeAll, describe, expect, it } from 'vitest';
import { runSeeds } from './run-seeds.ts';
import { type BaseData, loadBaseData } from './world/base-data.ts';
import { createPlan } from './world/plan.ts';
import { runPlan } from './world/run-plan.ts';

/** Only catches a test that hangs, on however busy a machine. */
const TIMEOUT_MS = 600_000;

let base: BaseData;

beforeAll(async () => {
  base = await loadBaseData();
}, TIMEOUT_MS);

describe('The simulation', () => {
  it('The same seed gives the same trace again', { timeout: TIMEOUT_MS }, async () => {
    for (const seed of [3, 17]) {
      const [first, second] = [
        await runPlan(createPlan(seed), base),
        await runPlan(createPlan(seed), base),
      ];
      expect(first.trace.length).toBeGreaterThan(10);
      expect(second.trace).toEqual(first.trace);
      expect(second.steps).toBe(first.steps);
    }
  });

  it('Every promise holds in a few dozen seeds', { timeout: TIMEOUT_MS }, async () => {
    const summary = await runSeeds({ from: 1, seeds: 30, parts: 1, remainder: 0 }, base);
    expect(summary.failures).toEqual([]);
    expect(summary.states.sent).toBeGreaterThan(100);
  });
});
