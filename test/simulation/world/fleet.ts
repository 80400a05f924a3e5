import { LEASE_SECONDS } from '../../../src/db/deliveries/leases.ts';
import type { Value } from '../postgres/values.ts';
import { readTable } from './committed-rows.ts';
import type { Invariants, WatchedProcess } from './invariants.ts';
import type { Action } from './plan.ts';
import { type SimulatedProcess, startProcess, type World } from './process.ts';

/** The workers and schedulers of a run. */
export interface Fleet {
  /** Starts what the plan names. */
  startAll(): void;
  /** Starts again what is down. */
  restartDead(): void;
  killAll(): void;
  disturb(action: Extract<Action, { process: string }>): void;
  /** All clocks are right again. */
  correctClocks(): void;
  /** A lease was removed. */
  noteLeaseEnd(lease: readonly Value[]): void;
  list(): WatchedProcess[];
}

export function createFleet(
  world: World,
  invariants: () => Pick<Invariants, 'onWorkerLost'>,
): Fleet {
  const { scheduler, server, trace, queueStore, plan } = world;
  const names = [
    ...Array.from({ length: plan.schedulers }, (_, n) => `scheduler-${n + 1}`),
    ...Array.from({ length: plan.workers }, (_, n) => `worker-${n + 1}`),
  ];
  const processes = new Map<string, SimulatedProcess>();
  let instances = 0;

  const start = (name: string) => {
    if (processes.get(name)?.isAlive) return;
    instances += 1;
    trace.add(name, 'starts');
    const role = name.startsWith('worker') ? 'worker' : 'scheduler';
    processes.set(name, startProcess(world, name, role, instances));
  };
  const startAfter = (name: string, delayMs: number) =>
    scheduler.after(delayMs, null, () => start(name));

  const die = (process: SimulatedProcess, lingersMs: number) => {
    process.isAlive = false;
    process.link.abandon(lingersMs);
    queueStore.abandon(process);
    for (const { id } of readTable(server, 'leases'))
      if (process.lease?.isAlive(Number(id)))
        invariants().onWorkerLost(Number(id), 'its worker died');
  };

  const stop = (process: SimulatedProcess, downForMs: number) => {
    const restart = () =>
      scheduler.after(downForMs, null, () => {
        if (!process.isAlive) return;
        die(process, 0);
        start(process.name);
      });
    scheduler.after(0, process, () => void process.stop().then(restart, restart));
  };

  /** From now on until two leases later, it may fail to renew its lease in time. */
  const noteDisturbance = (process: SimulatedProcess, forMs: number) => {
    const untilMs = scheduler.nowMs() + forMs + 2 * LEASE_SECONDS * 1000;
    process.disturbedUntilMs = Math.max(process.disturbedUntilMs, untilMs);
  };

  const disturb: Fleet['disturb'] = (action) => {
    const process = processes.get(action.process);
    if (!process?.isAlive) return;
    switch (action.kind) {
      case 'database-away':
        process.link.goAway(action.forMs, action.isSilent);
        noteDisturbance(process, action.forMs);
        break;
      case 'database-slow':
        process.link.slowDown(action.forMs, action.delayMs);
        break;
      case 'freeze':
        process.frozenUntilMs = scheduler.nowMs() + action.forMs;
        noteDisturbance(process, action.forMs);
        break;
      case 'clock':
        process.clockOffsetMs += action.stepMs;
        break;
      case 'kill':
        die(process, action.lingersMs);
        startAfter(action.process, action.downForMs);
        break;
      case 'stop':
        stop(process, action.downForMs);
        break;
    }
  };

  return {
    startAll: () => {
      for (const name of names) start(name);
    },
    restartDead: () => {
      for (const name of names) if (processes.get(name)?.isAlive === false) start(name);
    },
    killAll: () => {
      for (const process of processes.values()) die(process, 0);
    },
    disturb,
    correctClocks: () => {
      for (const process of processes.values()) process.clockOffsetMs = 0;
    },
    noteLeaseEnd: ([id, instance]) => {
      const owner = String(instance).replace(/-\d+$/, '');
      const disturbedUntilMs = processes.get(owner)?.disturbedUntilMs ?? 0;
      if (scheduler.nowMs() < disturbedUntilMs)
        invariants().onWorkerLost(Number(id), 'its lease ended');
    },
    list: () =>
      [...processes.values()].map((each) => ({
        ...{ name: each.name, isAlive: each.isAlive },
        isFrozen: each.frozenUntilMs > scheduler.nowMs(),
        holds: (leaseId) => each.lease?.isAlive(leaseId) ?? false,
        isActive: (batch) => (each.activeBatches.get(batch) ?? 0) > 0,
      })),
  };
}
