import type pg from 'pg';
import type { BatchKey } from '../../db/deliveries/batches.ts';
import { markForgottenDeliveries } from '../../db/deliveries/transitions/mark-forgotten.ts';
import { recordAttempts } from '../../db/deliveries/transitions/record-attempts.ts';
import { recordClaimOutcomes } from '../../db/deliveries/transitions/record-claim-outcomes.ts';
import { recordLateResults } from '../../db/deliveries/transitions/record-late-results.ts';
import { isTransient } from '../../db/transient.ts';
import {
  createDomainThrottle,
  type DomainThrottle,
} from '../../domain/deliveries/domain-throttle.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { Relay } from '../../relay/relay.ts';
import { realTimers, type Timers } from '../../relay/timers.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { DigestContexts } from '../digests/digest-context.ts';
import { isDigestLost, reportLostDigest } from '../digests/lost-digest.ts';
import type { ClockGuard } from '../monitoring/clock-guard.ts';
import { createFirstAttempts, type FirstAttempts } from '../monitoring/first-attempts.ts';
import type { Log } from '../monitoring/log.ts';
import { measureDuration } from '../monitoring/measure-duration.ts';
import type { AttemptResult } from './attempt.ts';
import { type BatchResult, deliverBatch, EMPTY_RESULT } from './deliver-batch.ts';
import { createReplyHandler } from './handle-replies.ts';
import {
  createInFlightWindow,
  type InFlightWindow,
  type InFlightWindowDeps,
} from './in-flight-window.ts';
import type { Lease } from './lease.ts';
import type { PrepareDeps } from './prepare-batch.ts';
import { retryTransient, type Sleep } from './retry-transient.ts';
import type { SendSuspension } from './send-suspension.ts';
import { createSentMemory, type SentMemory } from './sent-memory.ts';
import { shareThrottles } from './throttles/share-throttles.ts';

export interface DigestSenderDeps extends PrepareDeps {
  /** Records attempts by prepared statements; of the same database as `db`. */
  pool: pg.Pool;
  relay: Relay;
  digestContexts: DigestContexts;
  /** The lease under which this process claims batches. */
  lease: Pick<Lease, 'current' | 'isAlive' | 'isHeld' | 'beforeRelease' | 'onFailover' | 'replace'>;
  /** Suspends sending when the database refuses statements for good. */
  suspension: Pick<SendSuspension, 'isSuspended' | 'suspend' | 'noteSuccess'>;
  /** Messages in 24 hours; null: no limit. */
  dailyLimit: number | null;
  /** Nothing is claimed or begun while it says that the clock is wrong. */
  clockGuard: Pick<ClockGuard, 'isRight' | 'databaseClock'>;
  alerts: Alerts;
  log: Log;
  metrics: Pick<Metrics, 'countMail' | 'observeBatch' | 'observeBatchStep'>;
  /** 0 to 1; spreads retries. */
  random: () => number;
  /** Messages that may be in flight. */
  maxInFlight: number;
  sleep: Sleep;
  /** @defaultValue those of the system */
  timers?: Timers;
  /** Aborted when the process is to end: mails in flight are finished, the rest is released. */
  stopping: AbortSignal;
  /** Aborted when the process stops waiting for mails in flight. */
  forceStop: AbortSignal;
}

/** Sends digests in this process. */
export interface DigestSender {
  /** Resolves when no mail of the batch waits to be started, so that another batch may begin;
   *  `ended` resolves with the result. */
  deliverBatch(key: BatchKey): Promise<{ ended: Promise<BatchResult> }>;
  /** Resolves when no batch is active and every reply is followed up. Never rejects. */
  drain(): Promise<void>;
}

/** Wires the in-flight window, the recording of its results and the follow-up of replies under the
 *  lease of this process. */
export function createDigestSender(deps: DigestSenderDeps): DigestSender {
  const { lease, metrics, suspension } = deps;
  const relay = closeWhileUnfit(deps);
  const activeBatches = new Map<string, Promise<unknown>>();
  const followUps = new Set<Promise<void>>();
  const sentMemory = createSentMemory();
  const firstAttempts = createFirstAttempts();
  const timers = deps.timers ?? realTimers;
  const throttle = createDomainThrottle(deps.maxInFlight);
  const window = openWindow(
    { ...deps, relay, sentMemory, firstAttempts, throttle, timers },
    followUps,
  );
  const throttles = shareThrottles({
    ...{ ...deps, throttle, timers, clock: deps.clockGuard.databaseClock },
    isActive: () => activeBatches.size > 0,
  });
  // Results that are known must be recorded before the deliveries of a lost lease become unknown.
  lease.beforeRelease(window.flush);
  lease.onFailover(() => markForgotten(deps, sentMemory));
  const deliverDeps = {
    ...deps,
    timers,
    window,
    activeBatches,
    isRelayOpen: () => relay.isAvailable(),
    onClaim: (seconds: number) => metrics.observeBatchStep('claim', seconds),
    onBatch: metrics.observeBatch,
  };
  const observe = createBatchObserver(deps);
  return {
    deliverBatch: async (key) => {
      // Its job is not held: other workers can send the batch.
      if (suspension.isSuspended()) return { ended: Promise.resolve(EMPTY_RESULT) };
      await throttles.begin();
      const starting = deliverBatch(deliverDeps, key, lease.current);
      const { ended } = await observe(starting, false);
      const stored = ended.then(async (result) => {
        await firstAttempts
          .store(deps.db, key.digestId)
          .catch((err) => deps.log('warn', 'delays not stored', { ...key, err }));
        return result;
      });
      return { ended: observe(stored, true) };
    },
    drain: async () => {
      await Promise.allSettled(activeBatches.values());
      await Promise.all(followUps);
      await throttles.flush();
    },
  };
}

/** A batch that is being sent when the clock is set, when the lease is lost, or when the database
 *  begins to refuse statements, is released like one whose relay is down. */
function closeWhileUnfit({ relay, clockGuard, suspension, lease }: DigestSenderDeps): Relay {
  const isFit = () => clockGuard.isRight() && !suspension.isSuspended() && lease.isHeld();
  return { ...relay, isAvailable: () => relay.isAvailable() && isFit() };
}

/** Batches in a row that may fail with permanent errors. */
const MAX_FAILED_BATCHES = 5;

/** Returns a function that passes on the result of a batch, or of its start. One whose release
 *  fails stays claimed, so after some permanent errors in a row the worker gives up its lease. */
function createBatchObserver({ lease, suspension, forceStop }: DigestSenderDeps) {
  let failures = 0;
  return async <Result>(batch: Promise<Result>, isEnd: boolean): Promise<Result> => {
    try {
      const result = await batch;
      if (isEnd) failures = 0;
      return result;
    } catch (error) {
      if (!isTransient(error) && !forceStop.aborted) failures += 1;
      if (failures >= MAX_FAILED_BATCHES && !suspension.isSuspended()) {
        failures = 0;
        suspension.suspend(error);
        await lease.replace();
      }
      throw error;
    }
  };
}

/** After a failover, deliveries whose attempts the database has forgotten must not be sent
 *  again. */
async function markForgotten(
  { db, clock, log }: DigestSenderDeps,
  sentMemory: SentMemory,
): Promise<void> {
  for (const [digestId, attempts] of sentMemory.list()) {
    const forgotten = await db.transaction((tx) =>
      markForgottenDeliveries(tx, digestId, attempts, clock()),
    );
    if (forgotten > 0) log('error', 'the database has forgotten attempts', { digestId, forgotten });
  }
}

interface RecordingDeps extends DigestSenderDeps {
  sentMemory: SentMemory;
  firstAttempts: FirstAttempts;
  throttle: DomainThrottle;
  timers: Timers;
}

function openWindow(deps: RecordingDeps, followUps: Set<Promise<void>>): InFlightWindow {
  const { log, metrics, lease } = deps;
  const handleReplies = createReplyHandler(deps);
  const followUp = (digestId: number, attempts: readonly AttemptResult[]) => {
    const done = handleReplies(digestId, attempts)
      .catch((err) => log('error', 'replies not followed up', { digestId, err }))
      .finally(() => followUps.delete(done));
    followUps.add(done);
  };
  return createInFlightWindow({
    ...deps,
    // What is in flight when the clock is set must neither expire nor wait for years.
    clock: deps.clockGuard.databaseClock,
    isAlive: lease.isAlive,
    record: (digestId, attempts) => recordUntilDone(deps, digestId, attempts),
    recordPostponed: (digestId, postponed) => recordPostponed(deps, digestId, postponed),
    onRecorded: (digestId, attempts) => {
      for (const { result } of attempts) metrics.countMail('digest', result.state);
      followUp(digestId, attempts);
    },
  });
}

/** How often a statement that fails for good is repeated, in case the cause is mended at once. */
const MAX_PERMANENT_FAILURES = 5;

/** Records results, also those that come after their lease has ended. Retries on any error: only
 *  this process has the replies, and without them the deliveries would become `unknown`. After some
 *  permanent errors the worker gives up its lease, so that others go on with what it has not
 *  begun. */
async function recordUntilDone(
  deps: RecordingDeps,
  ...[digestId, attempts]: Parameters<InFlightWindowDeps['record']>
): ReturnType<InFlightWindowDeps['record']> {
  const { db, pool, log, metrics, forceStop, sleep, suspension, lease, sentMemory, firstAttempts } =
    deps;
  let failures = 0;
  const isRetryable = (err: unknown) => {
    if (isTransient(err)) return true;
    log('error', 'results could not be recorded', { digestId, err });
    failures += 1;
    return failures < MAX_PERMANENT_FAILURES && !suspension.isSuspended();
  };
  const record = async () => {
    const recorded = await measureDuration(
      () => recordAttempts(pool, digestId, attempts),
      (seconds) => metrics.observeBatchStep('record', seconds),
    ).catch(async (error) => {
      if (!(await isDigestLost(db, digestId, error))) throw error;
      const begun = attempts.results.filter(({ relay }) => relay !== undefined);
      if (begun.length > 0) await reportLostDigest(deps, digestId, begun.length);
      return null;
    });
    if (recorded === null) return { unrecorded: [], sendableIds: new Set<number>() };
    const results = recorded.unrecorded;
    const { late, dropped } = await recordLateResults(db, digestId, { results, now: attempts.now });
    if (late + dropped > 0)
      log('warn', 'results came after their lease had ended', {
        ...{ digestId, lateResults: late, droppedResults: dropped },
      });
    return recorded;
  };
  try {
    const recorded = await retryTransient(record, { signal: forceStop, sleep, isRetryable });
    suspension.noteSuccess();
    const begun = attempts.next.filter(({ subscriberId }) =>
      recorded.sendableIds.has(subscriberId),
    );
    sentMemory.note(digestId, { begun, ended: attempts.results });
    firstAttempts.count(digestId, begun, attempts.now);
    return recorded;
  } catch (error) {
    if (failures > 0 && !suspension.isSuspended()) {
      suspension.suspend(error);
      await lease.replace();
    }
    throw error;
  }
}

async function recordPostponed(
  { db, clock, forceStop, sleep }: DigestSenderDeps,
  ...[digestId, postponed]: Parameters<InFlightWindowDeps['recordPostponed']>
): Promise<void> {
  for (const leaseId of new Set(postponed.map((each) => each.leaseId))) {
    const outcomes = postponed
      .filter((each) => each.leaseId === leaseId)
      .map(({ subscriberId, nextAt }) => ({ subscriberId, state: 'pending' as const, nextAt }));
    const key = { digestId, leaseId };
    await retryTransient(() => recordClaimOutcomes(db, { ...key, now: clock() }, outcomes), {
      signal: forceStop,
      sleep,
    });
  }
}

/** Messages that may be in flight: two per connection, so that no connection waits for a commit,
 *  and with a rate limit no more than it lets through in a second, since a worker that dies leaves
 *  what is in flight `unknown`. */
export function computeMaxInFlight(connections: number, messagesPerSecond: number | null): number {
  const most = 2 * connections;
  return messagesPerSecond === null ? most : Math.min(most, Math.max(2, messagesPerSecond));
}
