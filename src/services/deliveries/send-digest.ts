import type { Db } from '../../db/client.ts';
import { sendBatchesNow } from '../../db/deliveries/batches.ts';
import { isAnyWorkerAlive } from '../../db/deliveries/leases.ts';
import { findDigestById } from '../../db/digests/digests.ts';
import type { DigestSummary } from '../../domain/digests/digest.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Queue } from '../../queue/queue.ts';
import { type DigestStatus, readDigestStatus } from '../digests/digest-status.ts';
import { enqueueDue } from './enqueue-due.ts';
import { abortableSleep, type Sleep } from './retry-transient.ts';

export interface SendDigestOptions {
  digest: DigestSummary;
  /** Make everything pending due, whatever the reader's hour. */
  isImmediate: boolean;
  onProgress: (status: DigestStatus) => void;
  signal: AbortSignal;
}

/** Tells how time passes, in ms, and lets some pass. */
export interface SendTimer {
  elapsedMs(): number;
  /** Ends early when the signal is aborted. */
  sleep: Sleep;
}

export type SendDigestResult = {
  kind: 'done' | 'no worker' | 'paused' | 'interrupted';
  status: DigestStatus;
};

const MIN_POLL_INTERVAL_MS = 250;
const ENQUEUE_INTERVAL_MS = 10_000;

/** Counting a large audience costs the database something: it is done for no more than a fiftieth of
 *  the time, but every two seconds. */
const MAX_POLL_SHARE = 0.02;
const MAX_POLL_INTERVAL_MS = 2000;

/** How long to wait for a worker to live before giving up, in ms. */
const NO_WORKER_TIMEOUT_MS = 30_000;

/** Rings for a digest's due deliveries and waits until none is due or in hand, or it is paused. The
 *  workers send. */
export async function sendDigest(
  {
    db,
    queue,
    clock,
    timer = REAL_TIMER,
  }: { db: Db; queue: Queue; clock: Clock; timer?: SendTimer },
  { digest, isImmediate, onProgress, signal }: SendDigestOptions,
): Promise<SendDigestResult> {
  if (isImmediate) await sendBatchesNow(db, digest.id, clock());
  let enqueuedAt = Number.NEGATIVE_INFINITY;
  let workerSeenAt = timer.elapsedMs();
  for (;;) {
    const startedAt = timer.elapsedMs();
    const current = (await findDigestById(db, digest.id)) ?? digest;
    const status = await readDigestStatus(db, current, clock());
    onProgress(status);
    if (status.due + status.inProgress === 0) return { kind: 'done', status };
    if (current.pausedAt !== null && status.inProgress === 0) return { kind: 'paused', status };
    if (signal.aborted) return { kind: 'interrupted', status };
    const at = timer.elapsedMs();
    if (await isAnyWorkerAlive(db)) workerSeenAt = at;
    if (at - workerSeenAt > NO_WORKER_TIMEOUT_MS) return { kind: 'no worker', status };
    if (at - enqueuedAt > ENQUEUE_INTERVAL_MS) {
      await enqueueDue({ db, queue }, clock());
      enqueuedAt = at;
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
