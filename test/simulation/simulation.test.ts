import { beforeAll, describe, expect, it } from 'vitest';
import { runSeeds } from './run-seeds.ts';
import { type BaseData, loadBaseData } from './world/base-data.ts';
import { createPlan } from './world/plan.ts';
import { runPlan } from './world/run-plan.ts';

let base: BaseData;

beforeAll(async () => {
  base = await loadBaseData();
});

describe('The simulation', () => {
  it('The same seed gives the same trace again', async () => {
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

  it('Every promise holds in a few dozen seeds', async () => {
    const summary = await runSeeds({ from: 1, seeds: 40, parts: 1, remainder: 0 }, base);
    expect(summary.failures).toEqual([]);
    expect(summary.states.sent).toBeGreaterThan(100);
  });
});
