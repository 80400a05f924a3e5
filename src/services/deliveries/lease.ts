import { setTimeout as wait } from 'node:timers/promises';
import { ALERT_COPY } from '../../copy/en/alerts.ts';
import type { Db } from '../../db/client.ts';
import { LEASE_SECONDS, openLease, readTimeline, renewLease } from '../../db/deliveries/leases.ts';
import { endLeases } from '../../db/deliveries/transitions/end-leases.ts';
import { pauseForgottenDigests } from '../../db/digests/digests.ts';
import { formatDigestAlertSubject } from '../../domain/alerts/alert.ts';
import type { Digest } from '../../domain/digests/digest.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Queue } from '../../queue/queue.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { Log } from '../monitoring/log.ts';
import { enqueueReleased } from './enqueue-batches.ts';

/** The lease of this worker process, under which it claims deliveries. */
export interface Lease {
  /** Returns the id to claim under now. A lease that expired is replaced by a new one. */
  current(): Promise<number>;
  /** Whether this process still holds that lease, judged without the database: a process that was
   *  suspended (SIGSTOP, a machine that slept) must not send before it has renewed the lease. */
  isAlive(id: number): boolean;
  /** Whether this process still holds its current lease, judged in the same way: nothing is claimed
   *  or begun meanwhile. */
  isHeld(): boolean;
  /** Has `flush` called before the deliveries of a lost lease are released: results that are not
   *  recorded by then become `unknown`. */
  beforeRelease(flush: () => Promise<void>): void;
  /** Has `listener` called after the database failed over to another server. By then the deliveries
   *  of the lease are released, and unfinished digests are paused. */
  onFailover(listener: () => Promise<void>): void;
  /** Gives up the lease for a new one: what is claimed is pending again, what is in flight becomes
   *  unknown. Never rejects: a lease that cannot be ended now expires. */
  replace(): Promise<void>;
  /** Ends the lease: what is still claimed is pending again. */
  end(): Promise<void>;
}

interface LeaseDeps {
  db: Db;
  queue: Pick<Queue, 'enqueueMany'>;
  clock: Clock;
  /** Monotonic time, in ms. It may stand still while the machine sleeps. */
  elapsedMs: () => number;
  /** The wall clock of the machine, in ms, which goes on then. @defaultValue `Date.now` */
  wallMs?: () => number;
  log: Log;
  /** Raised for each digest that is paused because the database failed over. */
  alerts: Pick<Alerts, 'raise'>;
  /** Called with the time of the database at each renewal, and when it was asked for it. */
  onRenewed?: (databaseTime: Date, requestedMs: number) => void;
  /** Waits, in ms. @defaultValue a timer that does not keep the process running */
  sleep?: (durationMs: number) => Promise<unknown>;
}

/** The times of a lease that is not alive. */
const NEVER = { elapsedMs: Number.NEGATIVE_INFINITY, wallMs: Number.NEGATIVE_INFINITY };

/** How long the release of a lost lease waits for results that are being recorded, in ms. */
const FLUSH_TIMEOUT_MS = 5000;

const sleepUnref = (durationMs: number) => wait(durationMs, undefined, { ref: false });

/** So short that one or two renewals may fail before the lease expires, and that the deliveries of
 *  a dead worker wait hardly longer than its lease. */
const HEARTBEAT_INTERVAL_MS = 5000;

/** Opens a lease. Until `end`, renews it and releases the deliveries of dead workers. */
export async function startLeaseHeartbeat(deps: LeaseDeps, instanceId: string): Promise<Lease> {
  const { db, queue, clock, elapsedMs, log, alerts, onRenewed } = deps;
  const { wallMs = Date.now, sleep = sleepUnref } = deps;
  const readTimes = () => ({ elapsedMs: elapsedMs(), wallMs: wallMs() });
  const flushes: (() => Promise<void>)[] = [];
  const onError = (err: unknown) => log('warn', 'lease heartbeat failed', { err });
  const failoverListeners: (() => Promise<void>)[] = [];
  const reportFailover = async ({ id, ...digest }: Pick<Digest, 'id' | 'kind' | 'date'>) => {
    const sentence = ALERT_COPY.failover;
    log('error', sentence, { digestId: id });
    await alerts.raise({ kind: 'failover', subject: formatDigestAlertSubject(digest), sentence });
  };
  const open = async () => {
    const renewedAt = readTimes();
    const { paused, ...opened } = await db.transaction(async (tx) => ({
      timeline: await readTimeline(tx),
      // In the same transaction: no lease of this server claims a digest that was not checked.
      paused: await pauseForgottenDigests(tx, ALERT_COPY.failover, clock()),
      id: await openLease(tx, instanceId),
    }));
    for (const digest of paused) reportFailover(digest).catch(onError);
    return { ...opened, renewedAt };
  };
  /** The longer one counts: a wall clock that is set ahead only costs the time until the next
   *  heartbeat. */
  const countMsSince = (at: ReturnType<typeof readTimes>) =>
    Math.max(elapsedMs() - at.elapsedMs, wallMs() - at.wallMs);
  let lease = await open();
  // What follows the loss of a lease, until it is done: a statement may fail, above all after a
  // failover, and is repeated at the next heartbeat.
  let lostId: number | null = null;
  let hasFailedOver = false;
  const reopen = async () => {
    const { id, timeline } = lease;
    lease = await open();
    lostId ??= id;
    hasFailedOver ||= lease.timeline !== timeline;
  };
  const sendHeartbeat = async () => {
    const at = readTimes();
    const databaseTime = await renewLease(db, lease.id);
    if (databaseTime !== null) {
      lease.renewedAt = at;
      onRenewed?.(databaseTime, at.elapsedMs);
    } else await reopen();
    if (lostId !== null) {
      const flushed = Promise.all(flushes.map((flush) => flush()));
      await Promise.race([flushed, sleep(FLUSH_TIMEOUT_MS)]);
      await releaseLeases({ id: lostId });
      lostId = null;
    }
    if (!hasFailedOver) return;
    for (const listener of failoverListeners) await listener();
    hasFailedOver = false;
  };
  const releaseLeases = async (which: Parameters<typeof endLeases>[1]) => {
    const { remainingBatches, ...counts } = await db.transaction((tx) =>
      endLeases(tx, which, clock()),
    );
    if (remainingBatches.length + counts.pending + counts.unknown === 0) return;
    log('warn', 'deliveries of a dead worker released', counts);
    // Not awaited: a queue that does not respond must not keep the lease from being renewed.
    enqueueReleased(queue, remainingBatches, clock()).catch(onError);
  };
  let heartbeat: Promise<void> | undefined;
  let releaseOfOthers: Promise<void> | undefined;
  const timer = setInterval(() => {
    heartbeat ??= sendHeartbeat()
      .catch(onError)
      .finally(() => {
        heartbeat = undefined;
      });
    // Beside the heartbeat: a slow release must not keep the lease from being renewed.
    releaseOfOthers ??= releaseLeases({ expired: true, besides: lostId ?? lease.id })
      .catch(onError)
      .finally(() => {
        releaseOfOthers = undefined;
      });
  }, HEARTBEAT_INTERVAL_MS);
  timer.unref();
  return {
    current: async () => {
      await heartbeat;
      return lease.id;
    },
    isAlive: (id) => id === lease.id && countMsSince(lease.renewedAt) < LEASE_SECONDS * 1000,
    isHeld: () => countMsSince(lease.renewedAt) < LEASE_SECONDS * 1000,
    beforeRelease: (flush) => void flushes.push(flush),
    onFailover: (listener) => void failoverListeners.push(listener),
    replace: async () => {
      await heartbeat;
      const { id } = lease;
      try {
        await reopen();
        await releaseLeases({ id });
      } catch (err) {
        // Not renewed any more: other workers release what it holds.
        lease = { ...lease, id: 0, renewedAt: NEVER };
        onError(err);
      }
    },
    end: async () => {
      clearInterval(timer);
      await Promise.all([heartbeat, releaseOfOthers]);
      await db.transaction((tx) => endLeases(tx, { id: lease.id }, clock()));
    },
  };
}
