import type { Db } from '../../db/client.ts';
import { sendBatchesNow } from '../../db/deliveries/batches.ts';
import { countLiveWorkers } from '../../db/deliveries/leases.ts';
import { findDigestById } from '../../db/digests/digests.ts';
import type { DigestSummary } from '../../domain/digests/digest.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Queue } from '../../queue/queue.ts';
import { type DigestStatus, readDigestStatus } from '../digests/digest-status.ts';
import { type ClockGuard, createClockSkewError } from '../monitoring/clock-guard.ts';
import { abortableSleep, type Sleep } from './retry-transient.ts';
import { sweepDeliveries } from './sweep-deliveries.ts';

interface SendDigestOptions {
  digest: DigestSummary;
  /** Whether pending deliveries are due at once, whatever the subscriber's hour. */
  isImmediate: boolean;
  onProgress: (status: DigestStatus) => void;
  signal: AbortSignal;
}

/** Monotonic time, in ms, and waiting. */
interface SendTimer {
  elapsedMs(): number;
  /** Ends early when the signal is aborted. */
  sleep: Sleep;
}

type SendDigestResult = {
  kind: 'done' | 'no worker' | 'paused' | 'interrupted';
  status: DigestStatus;
};

const MIN_POLL_INTERVAL_MS = 250;
const SWEEP_INTERVAL_MS = 10_000;

/** The share of the time that may be spent on counting deliveries, which is costly for a large
 *  audience; they are counted at least every two seconds anyway. */
const MAX_POLL_SHARE = 0.02;
const MAX_POLL_INTERVAL_MS = 2000;

/** How long to wait for a live worker, in ms. */
const NO_WORKER_TIMEOUT_MS = 30_000;

/** Enqueues the due deliveries of a digest and waits until none is due or in progress, or the
 *  digest is paused. The workers send. @throws PaperboyError `CLOCK_SKEW`. */
export async function sendDigest(
  deps: {
    db: Db;
    queue: Queue;
    clock: Clock;
    clockGuard: Pick<ClockGuard, 'isRight' | 'measure'>;
    timer?: SendTimer;
  },
  { digest, isImmediate, onProgress, signal }: SendDigestOptions,
): Promise<SendDigestResult> {
  const { db, queue, clock, clockGuard, timer = REAL_TIMER } = deps;
  await clockGuard.measure();
  if (isImmediate) await sendBatchesNow(db, digest.id, clock());
  let sweptAt = Number.NEGATIVE_INFINITY;
  let workerSeenAt = timer.elapsedMs();
  for (;;) {
    if (!clockGuard.isRight()) throw createClockSkewError();
    const startedAt = timer.elapsedMs();
    const current = (await findDigestById(db, digest.id)) ?? digest;
    const status = await readDigestStatus(db, current, clock());
    onProgress(status);
    if (status.due + status.inProgress === 0) return { kind: 'done', status };
    if (current.pausedAt !== null && status.inProgress === 0) return { kind: 'paused', status };
    if (signal.aborted) return { kind: 'interrupted', status };
    const at = timer.elapsedMs();
    if ((await countLiveWorkers(db)) > 0) workerSeenAt = at;
    if (at - workerSeenAt > NO_WORKER_TIMEOUT_MS) return { kind: 'no worker', status };
    if (at - sweptAt > SWEEP_INTERVAL_MS) {
      await sweepDeliveries({ db, queue }, clock());
      sweptAt = at;
    }
    const pollBudgetMs = Math.min((at - startedAt) / MAX_POLL_SHARE, MAX_POLL_INTERVAL_MS);
    const pollDelayMs = Math.max(MIN_POLL_INTERVAL_MS, pollBudgetMs);
    await timer.sleep(pollDelayMs, signal);
  }
}

const REAL_TIMER: SendTimer = {
  elapsedMs: () => performance.now(),
  sleep: abortableSleep,
};
