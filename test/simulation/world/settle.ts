import type { Fleet } from './fleet.ts';
import type { Invariants } from './invariants.ts';
import type { World } from './process.ts';
import type { Site } from './site.ts';
import { createViolation } from './violation.ts';

/** The end of a run, in which nothing fails any more. */
export interface Settling {
  /** When everything must be final, in virtual ms. */
  untilMs(): number;
  isDone(): boolean;
  createViolation(): Error;
}

/** Once faults have stopped, everything is final within this time, in ms: a silent relay is waited
 *  for for ten minutes, and a mail may be deferred a few times before. */
const SETTLE_MS = 90 * 60_000;

/** How long before the next delivery is due everything is started again, in ms. */
const WAKE_LEAD_MS = 5000;

/** A shorter time without anything due is not skipped, in ms. */
const MIN_SKIP_MS = 2 * 60_000;

/** From `faultsEndMs` on, everything works and runs, digests are resumed, and time in which nothing
 *  is due is skipped. */
export function startSettling({
  world,
  fleet,
  site,
  invariants,
}: {
  world: World;
  fleet: Fleet;
  site: Site;
  invariants: Invariants;
}): Settling {
  const { scheduler, faults, trace, plan, startsAtMs } = world;
  let isDone = false;
  let skippedMs = 0;

  const skip = (ms: number) => {
    skippedMs += ms;
    fleet.killAll();
    trace.add('plan', `nothing is due for ${Math.round(ms / 1000)} s`);
    scheduler.after(ms, null, fleet.startAll);
    scheduler.after(ms + 2 * WAKE_LEAD_MS, null, check);
  };

  const check = () => {
    fleet.correctClocks();
    isDone = invariants.describeOpen() === null;
    if (isDone) return;
    fleet.restartDead();
    site.run({ kind: 'resume', atMs: 0 });
    const idleUntil = invariants.findIdleUntil();
    const idleMs =
      idleUntil === null ? 0 : idleUntil - startsAtMs - scheduler.nowMs() - WAKE_LEAD_MS;
    if (idleMs > MIN_SKIP_MS) skip(idleMs);
    else scheduler.after(2 * WAKE_LEAD_MS, null, check);
  };

  scheduler.after(plan.faultsEndMs, null, () => {
    faults.clear();
    check();
  });
  return {
    untilMs: () => plan.faultsEndMs + SETTLE_MS + skippedMs,
    isDone: () => isDone,
    createViolation: () =>
      createViolation(
        `After ${SETTLE_MS / 60_000} minutes without faults: ${invariants.describeOpen()}.`,
      ),
  };
}
