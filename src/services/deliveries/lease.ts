import { setTimeout as wait } from 'node:timers/promises';
import type { Db } from '../../db/client.ts';
import {
  endLeases,
  LEASE_SECONDS,
  openLease,
  type ReleasedDeliveries,
  renewLease,
} from '../../db/deliveries/leases.ts';
import type { Clock } from '../../domain/time/clock.ts';

/** The lease of this worker process, under which it claims deliveries. */
export interface Lease {
  /** The id to claim under now. A lease that ended meanwhile is replaced by a new one. */
  current(): Promise<number>;
  /** Whether what that lease holds is ours still, as far as this process knows by itself: one that
   *  stood still (SIGSTOP, a machine that slept) knows it before it asks. */
  isAlive(id: number): boolean;
  /** Gives it back: what is still claimed is pending again. */
  end(): Promise<void>;
}

export interface LeaseDeps {
  db: Db;
  clock: Clock;
  /** Time that only goes forward, in ms. */
  elapsedMs: () => number;
  /** Called with what was freed from workers that are gone, which is to be rung for. */
  onFreed: (freed: ReleasedDeliveries) => Promise<void>;
  onError: (error: Error) => void;
  /** Resolves when what relays have answered by now is recorded. @defaultValue at once */
  flushResults?: () => Promise<void>;
  /** Lets time pass. */
  sleep?: (durationMs: number) => Promise<unknown>;
}

/** How long what this process held itself waits to be freed while results of it are being recorded, in ms:
 *  freed before, they would be unknown. */
const FLUSH_TIMEOUT_MS = 5000;

const sleepUnref = (durationMs: number) => wait(durationMs, undefined, { ref: false });

/** So often that a renewal or two may fail, and that the readers of a worker that died wait no longer
 *  than its lease and this. */
const HEARTBEAT_INTERVAL_MS = 5000;

/** Opens a lease, and until `end` renews it and frees what workers that are gone held. */
export async function startLeaseHeartbeat(
  {
    db,
    clock,
    elapsedMs,
    onFreed,
    onError,
    flushResults = async () => {},
    sleep = sleepUnref,
  }: LeaseDeps,
  instanceId: string,
): Promise<Lease> {
  const open = async () => {
    const at = elapsedMs();
    return { id: await openLease(db, instanceId), renewedAt: at };
  };
  let lease = await open();
  const sendHeartbeat = async () => {
    const at = elapsedMs();
    const { id } = lease;
    const isOurs = await renewLease(db, id);
    if (isOurs) lease.renewedAt = at;
    else lease = await open();
    await releaseLeases({ expired: true, besides: id });
    if (isOurs) return;
    await Promise.race([flushResults(), sleep(FLUSH_TIMEOUT_MS)]);
    await releaseLeases({ id });
  };
  const releaseLeases = async (which: Parameters<typeof endLeases>[1]) => {
    const freed = await db.transaction((tx) => endLeases(tx, which, clock()));
    // Not waited for: a queue that does not answer must not keep the lease from being renewed.
    if (freed.remainingBatches.length + freed.pending + freed.unknown > 0)
      onFreed(freed).catch(onError);
  };
  let heartbeat: Promise<void> | undefined;
  const timer = setInterval(() => {
    heartbeat ??= sendHeartbeat()
      .catch(onError)
      .finally(() => {
        heartbeat = undefined;
      });
  }, HEARTBEAT_INTERVAL_MS);
  timer.unref();
  return {
    current: async () => {
      await heartbeat;
      return lease.id;
    },
    isAlive: (id) => id === lease.id && elapsedMs() - lease.renewedAt < LEASE_SECONDS * 1000,
    end: async () => {
      clearInterval(timer);
      await heartbeat;
      await db.transaction((tx) => endLeases(tx, { id: lease.id }, clock()));
    },
  };
}
