import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type BaseData, loadBaseData } from './world/base-data.ts';
import type { Plan } from './world/plan.ts';
import { runPlan } from './world/run-plan.ts';

const PLANS = new URL('plans/', import.meta.url);

const names = readdirSync(PLANS).filter((name) => name.endsWith('.json'));

/** Only catches a test that hangs, on however busy a machine. */
const TIMEOUT_MS = 600_000;

let base: BaseData;

beforeAll(async () => {
  base = await loadBaseData();
}, TIMEOUT_MS);

describe('Plans that once broke a promise', () => {
  it.each(names)('Every promise holds in %s', { timeout: TIMEOUT_MS }, async (name) => {
    const { plan } = JSON.parse(readFileSync(new URL(name, PLANS), 'utf8')) as { plan: Plan };
    const { violation } = await runPlan(plan, base);
    expect(violation).toBeNull();
  });
});
