import type { BaseData } from './world/base-data.ts';
import type { Plan } from './world/plan.ts';
import { runPlan } from './world/run-plan.ts';

/** The most runs that shrinking takes. */
const MAX_RUNS = 300;

/**
 * Makes a failing plan smaller while it still fails: without actions, processes and readers that
 * the failure does not need. Returns the smallest one that was found. Latencies follow from the
 * seed alone, so that what is left happens as before.
 */
export async function shrinkPlan(plan: Plan, base: BaseData): Promise<Plan> {
  let smallest = plan;
  let runs = 0;
  const stillFails = async (candidate: Plan): Promise<boolean> => {
    runs += 1;
    return runs <= MAX_RUNS && (await runPlan(candidate, base)).violation !== null;
  };
  for (;;) {
    const before = smallest;
    for (const candidate of listSmaller(smallest)) {
      if (await stillFails(candidate)) {
        smallest = candidate;
        break;
      }
    }
    if (smallest === before || runs > MAX_RUNS) return smallest;
  }
}

/** Plans that are a little smaller, the ones that take most away first. */
function* listSmaller(plan: Plan): Generator<Plan> {
  const { actions, workers, schedulers, readers } = plan;
  for (let size = Math.ceil(actions.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < actions.length; start += size)
      yield { ...plan, actions: [...actions.slice(0, start), ...actions.slice(start + size)] };
  }
  if (schedulers > 1) yield { ...plan, schedulers: schedulers - 1 };
  if (workers > 1) yield { ...plan, workers: workers - 1 };
  for (let count = Math.floor(readers.length / 2); count >= 1; count = Math.floor(count / 2))
    yield { ...plan, readers: readers.slice(0, -count) };
  for (const [at, action] of actions.entries()) {
    const rounded = Math.floor(action.atMs / 100) * 100;
    if (rounded === action.atMs) continue;
    yield { ...plan, actions: actions.with(at, { ...action, atMs: rounded }) };
  }
}
