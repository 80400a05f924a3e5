import { LEASE_SECONDS } from '../../../src/db/deliveries/leases.ts';
import { findDigestById } from '../../../src/db/digests/digests.ts';
import { resendDeliveries } from '../../../src/services/deliveries/resend-deliveries.ts';
import { cancelDigest } from '../../../src/services/digests/cancel-digest.ts';
import { pauseDigest } from '../../../src/services/digests/pause-digest.ts';
import { resumeDigest } from '../../../src/services/digests/resume-digest.ts';
import { changePreferences } from '../../../src/services/subscribers/change-preferences.ts';
import { eraseAddress } from '../../../src/services/subscribers/erase-address.ts';
import { unsubscribe } from '../../../src/services/subscribers/unsubscribe.ts';
import { QUERY_TIMEOUTS_MS } from '../../../src/wiring/query-timeouts.ts';
import { suppressionKey, tokens } from '../../support/keys.ts';
import { openModelDatabase } from '../postgres/pool.ts';
import { createServer } from '../postgres/server.ts';
import type { Value } from '../postgres/values.ts';
import { addReader, type BaseData, DAY } from './base-data.ts';
import { readTable } from './committed-rows.ts';
import { createDatabaseLink, type DatabaseLink } from './database-link.ts';
import { createFaults } from './faults.ts';
import { createInvariants, createViolation, type Invariants } from './invariants.ts';
import type { Action, Plan } from './plan.ts';
import { type SimulatedProcess, startProcess, type World } from './process.ts';
import { createQueueStore } from './queue-model.ts';
import { createRandom } from './random.ts';
import { createScheduler, type Owner } from './scheduler.ts';
import { createTrace } from './trace.ts';
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

/** Once faults have stopped, everything is final within this time, in ms: a silent relay is waited
 *  for for ten minutes, and a mail may be deferred a few times before. */
const SETTLE_MS = 90 * 60_000;

/** How long before the next delivery is due everything is started again, in ms. */
const WAKE_LEAD_MS = 5000;

/** What keeps no worker from recording results, or holds a lock for long. */
const CALM_KINDS: ReadonlySet<Action['kind']> = new Set([
  ...(['relay', 'relay-trouble', 'queue', 'queue-wiped', 'pause', 'resume', 'cancel'] as const),
  ...(['resend', 'unsubscribe', 'erase', 'change-hour'] as const),
]);

const STARTS_AT_MS = Date.parse(`${DAY}T07:00:05Z`);

/** Runs a plan in virtual time. Never rejects: an error of the model itself is a violation too. */
export async function runPlan(
  plan: Plan,
  base: BaseData,
  { onLine = () => undefined }: { onLine?: (line: string) => void } = {},
): Promise<RunResult> {
  const scheduler = createScheduler();
  const trace = createTrace(scheduler.nowMs, onLine);
  const random = createRandom(plan.seed, 'latencies');
  const faults = createFaults({
    nowMs: scheduler.nowMs,
    random: createRandom(plan.seed, 'relay troubles'),
    onHit: (fault) => react(fault),
  });
  let violation: Error | null = null;
  const guard =
    <Args extends unknown[]>(check: (...args: Args) => void) =>
    (...args: Args) => {
      try {
        check(...args);
      } catch (error) {
        violation ??= error as Error;
      }
    };
  const serverNowMs = () => STARTS_AT_MS + scheduler.nowMs();
  const server = createServer({
    now: serverNowMs,
    copyOf: base.catalog,
    onCommit: guard((changes, numbers) => {
      for (const { table, before, after } of changes) {
        if (table.name === 'leases' && before && !after) noteLeaseEnd(before);
        if (!table.name.startsWith('deliveries_') || !after) continue;
        trace.add('database', `${after[0]}-${after[1]}: ${before?.[3] ?? 'new'} → ${after[3]}`);
      }
      invariants.onCommit(changes, numbers);
    }),
    onModelError: (error) => {
      violation ??= error;
    },
    resume: (run) => void scheduler.after(0.1 * random.next(), null, run),
  });
  for (const reader of plan.readers) addReader(server.catalog, reader);
  const processes = new Map<string, SimulatedProcess>();
  const invariants: Invariants = createInvariants({
    ...{ server, nowMs: scheduler.nowMs, serverNowMs, maxInFlight: plan.maxInFlight },
    isCalm: plan.actions.every(({ kind }) => CALM_KINDS.has(kind)),
    processes: () =>
      [...processes.values()].map((each) => ({
        ...{ name: each.name, isAlive: each.isAlive },
        isFrozen: each.frozenUntilMs > scheduler.nowMs(),
        holds: (leaseId) => each.lease?.isAlive(leaseId) ?? false,
        isActive: (batch) => (each.activeBatches.get(batch) ?? 0) > 0,
      })),
  });
  const queueStore = createQueueStore({ scheduler, faults, random, trace });
  const world: World = {
    ...{ scheduler, server, faults, random, trace, queueStore, templates: base.templates },
    ...{ startsAtMs: STARTS_AT_MS, maxInFlight: plan.maxInFlight, connections: plan.connections },
    watch: {
      onBegin: guard((messageId, process) => invariants.onBegin(messageId, process)),
      onAccepted: guard((messageId, process) => {
        trace.add('relay', `takes ${messageId} from ${process}`);
        invariants.onAccepted(messageId, process);
      }),
      onUnknown: guard((messageId) => invariants.onUnknown(messageId)),
    },
  };
  let instances = 0;
  const start = (name: string, clockOffsetMs = 0) => {
    if (processes.get(name)?.isAlive) return;
    instances += 1;
    trace.add(name, 'starts');
    const role = name.startsWith('worker') ? 'worker' : 'scheduler';
    processes.set(name, startProcess(world, name, role, { clockOffsetMs, instance: instances }));
  };
  const operator = createOperator(world, { invariants, guard });

  const die = (process: SimulatedProcess, lingersMs: number) => {
    process.isAlive = false;
    process.link.abandon(lingersMs);
    queueStore.abandon(process);
    noteLoss(process, 'its worker died');
  };
  /** A worker that could not renew its lease in time may lose track of what it is sending. */
  const noteLeaseEnd = (lease: readonly Value[]) => {
    const owner = String(lease[1]).replace(/-\d+$/, '');
    const disturbedUntilMs = processes.get(owner)?.disturbedUntilMs ?? 0;
    if (scheduler.nowMs() < disturbedUntilMs)
      invariants.onWorkerLost(Number(lease[0]), 'its lease ended');
  };
  const noteLoss = (process: SimulatedProcess, why: string) => {
    for (const { id } of readTable(server, 'leases'))
      if (process.lease?.isAlive(Number(id))) invariants.onWorkerLost(Number(id), why);
  };

  const reactionDelays = createRandom(plan.seed, 'reactions');
  const react = ({ reaction }: Action) => {
    if (!reaction) return;
    const operation: Action =
      reaction === 'resend'
        ? { kind: 'resend', state: 'failed', atMs: 0 }
        : { kind: reaction, atMs: 0 };
    scheduler.after(40 * reactionDelays.next(), null, () => act(operation));
  };
  const act = (action: Action) => {
    if (action.kind === 'database' || action.kind === 'relay' || action.kind === 'queue') {
      faults.add(action);
      return;
    }
    const { atMs: _atMs, ...shown } = action;
    trace.add('plan', JSON.stringify(shown));
    if (action.kind === 'relay-trouble')
      faults.startRelayTrouble(action, scheduler.nowMs() + action.forMs);
    else if (action.kind === 'queue-wiped') queueStore.wipe();
    else if ('process' in action) disturb(action);
    else operator.operate(action);
  };
  const disturb = (action: Extract<Action, { process: string }>) => {
    if (action.kind === 'database-slow' && action.process === 'site')
      operator.link.slowDown(action.forMs, action.delayMs);
    const process = processes.get(action.process);
    if (!process?.isAlive) return;
    if (action.kind === 'database-away') process.link.goAway(action.forMs, action.isSilent);
    if (action.kind === 'database-slow') process.link.slowDown(action.forMs, action.delayMs);
    else if ('forMs' in action) {
      const untilMs = scheduler.nowMs() + action.forMs + 2 * LEASE_SECONDS * 1000;
      process.disturbedUntilMs = Math.max(process.disturbedUntilMs, untilMs);
    }
    if (action.kind === 'freeze') process.frozenUntilMs = scheduler.nowMs() + action.forMs;
    if (action.kind === 'clock') process.clockOffsetMs += action.stepMs;
    if (action.kind === 'kill') {
      die(process, action.lingersMs);
      scheduler.after(action.downForMs, null, () => start(action.process));
    }
    if (action.kind === 'stop') {
      const restart = () =>
        scheduler.after(action.downForMs, null, () => {
          if (!process.isAlive) return;
          die(process, 0);
          start(action.process);
        });
      scheduler.after(0, process, () => void process.stop().then(restart, restart));
    }
  };

  const restore = installVirtualTimers(scheduler);
  try {
    for (let n = 1; n <= plan.schedulers; n += 1) start(`scheduler-${n}`);
    for (let n = 1; n <= plan.workers; n += 1) start(`worker-${n}`);
    for (const action of plan.actions) scheduler.after(action.atMs, null, () => act(action));
    scheduler.after(plan.faultsEndMs, null, () => faults.clear());
    const names = [...processes.keys()];
    let isDone = false;
    let skippedMs = 0;
    const settle = () => {
      const now = serverNowMs();
      for (const process of processes.values()) process.clockOffsetMs = 0;
      if (invariants.describeOpen() === null) {
        isDone = true;
        return;
      }
      for (const name of names) {
        const process = processes.get(name);
        if (process && !process.isAlive) start(name);
      }
      operator.operate({ kind: 'resume', atMs: 0 });
      const idleUntil = invariants.findIdleUntil();
      const pauseMs = idleUntil === null ? 0 : idleUntil - now - WAKE_LEAD_MS;
      if (pauseMs > 2 * 60_000) {
        skippedMs += pauseMs;
        for (const process of processes.values()) die(process, 0);
        trace.add('plan', `nothing is due for ${Math.round(pauseMs / 1000)} s`);
        scheduler.after(pauseMs, null, () => {
          for (const name of names) start(name);
        });
        scheduler.after(pauseMs + 2 * WAKE_LEAD_MS, null, settle);
      } else scheduler.after(2 * WAKE_LEAD_MS, null, settle);
    };
    scheduler.after(plan.faultsEndMs, null, settle);
    await scheduler.run({
      untilMs: () => plan.faultsEndMs + SETTLE_MS + skippedMs,
      isDone: () => isDone || violation !== null,
      afterStep: guard(() => invariants.checkTables()),
    });
    if (violation === null && !isDone)
      violation = createViolation(
        `After ${SETTLE_MS / 60_000} minutes without faults: ${invariants.describeOpen()}.`,
      );
  } catch (error) {
    violation = error as Error;
  } finally {
    restore();
  }
  if (violation !== null) trace.add('violation', (violation as Error).message);
  return {
    plan,
    violation: violation === null ? null : describeError(violation),
    steps: scheduler.steps(),
    durationMs: scheduler.nowMs(),
    trace: trace.lines(),
    states: invariants.countStates(),
  };
}

function describeError(error: Error): string {
  return error.name === 'Violation' ? error.message : (error.stack ?? error.message);
}

/** Carries out what the operator and the readers do, in a process of their own. */
function createOperator(
  world: World,
  {
    invariants,
    guard,
  }: {
    invariants: Invariants;
    guard: <Args extends unknown[]>(check: (...args: Args) => void) => (...args: Args) => void;
  },
): {
  link: DatabaseLink;
  operate: (action: Exclude<Action, { process: string }>) => void;
} {
  const { scheduler, trace, server } = world;
  const owner: Owner = { name: 'site', isAlive: true, frozenUntilMs: -1 };
  const link = createDatabaseLink(world, owner);
  const { db } = openModelDatabase(link.connect).withQueryTimeout(QUERY_TIMEOUTS_MS.request);
  const queue = world.queueStore.open(owner);
  const clock = () => new Date(Math.floor(world.startsAtMs + scheduler.nowMs()));
  const deps = { db, queue, clock, tokens, suppressionKey };
  const run = async (action: Exclude<Action, { process: string }>): Promise<void> => {
    if (action.kind === 'unsubscribe') {
      const token = tokens.seal({ kind: 'subscriber', subscriberId: action.reader });
      const subscriber = await unsubscribe(deps, token);
      if (subscriber) guard(() => invariants.onLeft(action.reader))();
    }
    if (action.kind === 'erase') {
      await eraseAddress(deps, `reader${action.reader}@example.org`);
      guard(() => invariants.onLeft(action.reader))();
    }
    if (action.kind === 'change-hour') {
      const token = tokens.seal({ kind: 'subscriber', subscriberId: action.reader });
      await changePreferences(deps, token, { hour: 9 } as never);
    }
    for (const { id } of readTable(server, 'digests')) {
      const digest = await findDigestById(db, Number(id));
      if (!digest || digest.cancelledAt !== null) continue;
      if (action.kind === 'pause') await pauseDigest(deps, digest);
      if (action.kind === 'resume' && digest.pausedAt !== null) await resumeDigest(deps, digest);
      if (action.kind === 'cancel') await cancelDigest(deps, digest);
      if (action.kind === 'resend')
        await resendDeliveries(deps, { digestId: digest.id, state: action.state });
    }
  };
  const operate = (action: Exclude<Action, { process: string }>) => {
    scheduler.after(0, owner, () => {
      run(action).catch((error: Error) =>
        trace.add('site', `${action.kind}: ${error.message.split('\n')[0]}`),
      );
    });
  };
  return { link, operate };
}
