import { createServer, type Server } from '../postgres/server.ts';
import { addReader, type BaseData, DAY } from './base-data.ts';
import { createFaults } from './faults.ts';
import { createFleet, type Fleet } from './fleet.ts';
import { createInvariants, type Invariants } from './invariants.ts';
import type { Action, Plan } from './plan.ts';
import type { World } from './process.ts';
import { createQueueStore } from './queue-model.ts';
import { createRandom } from './random.ts';
import { createRelayNetwork } from './relay/network.ts';
import { createScheduler } from './scheduler.ts';
import { startSettling } from './settle.ts';
import { openSite, type Site } from './site.ts';
import { createTrace, type Trace } from './trace.ts';
import {
  createViolation,
  createViolationGuard,
  describeViolation,
  type ViolationGuard,
} from './violation.ts';
import { installVirtualTimers } from './virtual-timers.ts';

/** How a run of a plan ended. */
export interface RunResult {
  plan: Plan;
  /** What did not hold; null when everything did. */
  violation: string | null;
  steps: number;
  /** Virtual time, in ms. */
  durationMs: number;
  trace: readonly string[];
  /** Deliveries by state at the end. */
  states: Record<string, number>;
}

const STARTS_AT_MS = Date.parse(`${DAY}T07:00:05Z`);

/** Many times what any plan takes: something goes round in circles. */
const MAX_STEPS = 2_000_000;

/** What keeps no worker from recording results, or holds a lock for long. */
const CALM_KINDS: ReadonlySet<Action['kind']> = new Set([
  ...(['relay', 'relay-trouble', 'relay-away', 'queue', 'queue-wiped'] as const),
  ...(['pause', 'resume', 'cancel', 'resend', 'unsubscribe', 'erase', 'change-hour'] as const),
  ...(['sign-up', 'import'] as const),
]);

const RELAY_KINDS: ReadonlySet<Action['kind']> = new Set(['relay', 'relay-trouble', 'relay-away']);

/** Runs a plan in virtual time. Never rejects: an error of the model itself is a violation too. */
export async function runPlan(
  plan: Plan,
  base: BaseData,
  { onLine = () => undefined }: { onLine?: (line: string) => void } = {},
): Promise<RunResult> {
  const violations = createViolationGuard();
  const run = createRun(plan, base, violations, onLine);
  const { scheduler, trace } = run.world;
  const restore = installVirtualTimers(
    scheduler,
    () => STARTS_AT_MS + scheduler.nowMs() + (scheduler.current()?.clockOffsetMs ?? 0),
  );
  try {
    await runUntilFinal(run, violations);
  } catch (error) {
    violations.note(error as Error);
  } finally {
    restore();
  }
  const error = violations.first();
  if (error !== null) trace.add('violation', error.message);
  return {
    plan,
    violation: error && describeViolation(error),
    steps: scheduler.steps(),
    durationMs: scheduler.nowMs(),
    trace: trace.lines(),
    states: run.invariants.countStates(),
  };
}

interface Run {
  world: World;
  fleet: Fleet;
  site: Site;
  invariants: Invariants;
}

/** The world of a plan before anything happens. */
function createRun(
  plan: Plan,
  base: BaseData,
  violations: ViolationGuard,
  onLine: (line: string) => void,
): Run {
  const { guard } = violations;
  const scheduler = createScheduler();
  const { nowMs } = scheduler;
  const trace = createTrace(nowMs, onLine);
  const random = createRandom(plan.seed, 'latencies');
  const reactionDelays = createRandom(plan.seed, 'reactions');
  const faults = createFaults({
    nowMs,
    random: createRandom(plan.seed, 'relay troubles'),
    onHit: (fault) => {
      const reaction = createReaction(fault);
      if (reaction) scheduler.after(40 * reactionDelays.next(), null, () => act(run, reaction));
    },
  });
  const serverNowMs = () => STARTS_AT_MS + nowMs();
  const server: Server = createServer({
    now: serverNowMs,
    copyOf: base.catalog,
    onCommit: guard((changes, numbers) => {
      for (const { table, before, after } of changes) {
        if (table.name === 'leases' && before && !after) run.fleet.noteLeaseEnd(before);
        if (!table.name.startsWith('deliveries_') || !after) continue;
        trace.add('database', `${after[0]}-${after[1]}: ${before?.[3] ?? 'new'} → ${after[3]}`);
      }
      run.invariants.onCommit(changes, numbers);
    }),
    onModelError: violations.note,
    resume: (resumed) => void scheduler.after(0.1 * random.next(), null, resumed),
  });
  for (const reader of plan.readers) addReader(server.catalog, reader);
  const relayNetwork = createRelayNetwork({
    ...{ scheduler, faults, random, trace, extensions: plan.extensions },
    watch: watchRelays({
      ...{ trace, violations, invariants: () => run.invariants },
      onDelivered: (messageId) => run.site.onDelivered(messageId),
    }),
  });
  const world: World = {
    ...{ plan, scheduler, server, faults, random, trace, relayNetwork },
    queueStore: createQueueStore({ scheduler, faults, random, trace }),
    templates: base.templates,
    confirmationLinks: new Map(),
    startsAtMs: STARTS_AT_MS,
  };
  const run: Run = {
    world,
    fleet: createFleet(world, () => run.invariants),
    site: openSite(world, () => run.invariants, violations),
    invariants: createInvariants({
      ...{ server, nowMs, serverNowMs, maxInFlight: plan.maxInFlight },
      isCalm: plan.actions.every(
        ({ kind, reaction }) => CALM_KINDS.has(kind) && reaction !== 'freeze',
      ),
      areRelaysSound: plan.actions.every(({ kind }) => !RELAY_KINDS.has(kind)),
      processes: () => run.fleet.list(),
    }),
  };
  return run;
}

/** Longer than a lease lasts, in ms. */
const FREEZE_MS = 60_000;

/** What follows when a fault hits; null for nothing. */
function createReaction(fault: Action): Action | null {
  const { reaction } = fault;
  if (!reaction) return null;
  if (reaction !== 'freeze') return { kind: reaction, state: 'failed', atMs: 0 };
  if (!('process' in fault)) return null;
  return { kind: 'freeze', process: fault.process, forMs: FREEZE_MS, atMs: 0 };
}

function watchRelays({
  invariants,
  trace,
  onDelivered,
  violations: { guard },
}: {
  invariants: () => Invariants;
  trace: Trace;
  onDelivered: (messageId: string) => void;
  violations: ViolationGuard;
}) {
  return {
    onBegin: guard((messageId: string, process: string) =>
      invariants().onBegin(messageId, process),
    ),
    onAccepted: guard((messageId: string, process: string) => {
      trace.add('relay', `takes ${messageId} from ${process}`);
      invariants().onAccepted(messageId, process);
      onDelivered(messageId);
    }),
    onUnknown: guard((messageId: string) => invariants().onUnknown(messageId)),
    onMisuse: guard((message: string) => {
      throw createViolation(message);
    }),
  };
}

/** Carries out an action of the plan. A fault waits for what it hits. */
function act({ world, fleet, site }: Run, action: Action): void {
  const { faults, trace, scheduler, queueStore, relayNetwork } = world;
  if (action.kind === 'database' || action.kind === 'relay' || action.kind === 'queue')
    return void faults.add(action);
  const { atMs: _atMs, ...shown } = action;
  trace.add('plan', JSON.stringify(shown));
  switch (action.kind) {
    case 'relay-trouble':
      faults.startRelayTrouble(action, scheduler.nowMs() + action.forMs);
      break;
    case 'relay-away':
      relayNetwork.goAway(action.forMs, action.isSilent);
      break;
    case 'queue-wiped':
      queueStore.wipe();
      break;
    case 'database-slow':
      if (action.process === 'site') site.link.slowDown(action.forMs, action.delayMs);
      else fleet.disturb(action);
      break;
    case 'database-away':
    case 'kill':
    case 'stop':
    case 'freeze':
    case 'clock':
      fleet.disturb(action);
      break;
    default:
      site.run(action);
      break;
  }
}

/** Starts everything and runs until no delivery is open, or something does not hold. */
async function runUntilFinal(run: Run, violations: ViolationGuard): Promise<void> {
  const { world, fleet, invariants } = run;
  const { scheduler, plan } = world;
  fleet.startAll();
  for (const action of plan.actions) scheduler.after(action.atMs, null, () => act(run, action));
  const settling = startSettling(run);
  const isRestless = () => {
    if (scheduler.steps() > MAX_STEPS)
      violations.note(createViolation(`Nothing is final after ${MAX_STEPS} steps.`));
    return scheduler.steps() > MAX_STEPS;
  };
  await scheduler.run({
    untilMs: settling.untilMs,
    isDone: () => settling.isDone() || violations.first() !== null || isRestless(),
    afterStep: violations.guard(() => invariants.checkTables()),
  });
  if (violations.first() === null && !settling.isDone()) throw settling.createViolation();
}
