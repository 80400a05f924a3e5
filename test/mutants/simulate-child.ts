/**
 * A process of `npm run mutants`, in a copy: runs the kept plans and then the seeds, or only those
 * that its arguments name, until one breaks a promise, and sends what it found.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { type BaseData, loadBaseData } from '../simulation/world/base-data.ts';
import { createPlan, type Plan } from '../simulation/world/plan.ts';
import { runPlan } from '../simulation/world/run-plan.ts';
import { HARNESS_ERROR } from '../simulation/world/violation.ts';

/** What the simulation found. */
export interface SimulationFinding {
  /** What broke the promise, such as “seed 7”; null when nothing did. */
  by: string | null;
  violation: string | null;
  /** The first error of the simulation itself, which finds nothing. */
  harnessError: string | null;
}

/** Most mutants fail within the first hundred. */
const MAX_SEED = 5000;

const PLANS = new URL('../simulation/plans/', import.meta.url);

// The parent process has ended.
process.on('disconnect', () => process.exit(1));
const finding = await search(await loadBaseData(), process.argv.slice(2));
process.send?.(finding, () => process.exit(0));

async function search(base: BaseData, names: readonly string[]): Promise<SimulationFinding> {
  let harnessError: string | null = null;
  for (const [by, plan] of listPlans()) {
    if (names.length > 0 && !names.includes(by)) continue;
    const { violation } = await runPlan(plan, base);
    if (violation === null) continue;
    if (!violation.startsWith(HARNESS_ERROR)) return { by, violation, harnessError };
    harnessError ??= `${by}: ${violation}`;
  }
  return { by: null, violation: null, harnessError };
}

/** The plans that cost least come first. */
function* listPlans(): Generator<[name: string, plan: Plan]> {
  for (const name of readdirSync(PLANS)) {
    const { plan } = JSON.parse(readFileSync(new URL(name, PLANS), 'utf8')) as { plan: Plan };
    yield [`plan ${name.replace('.json', '')}`, plan];
  }
  for (let seed = 1; seed <= MAX_SEED; seed += 1) yield [`seed ${seed}`, createPlan(seed)];
}
