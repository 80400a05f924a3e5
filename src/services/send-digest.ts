import { rushBatches } from '../db/batches.ts';
import type { Db } from '../db/client.ts';
import { type DigestSummary, findDigestById } from '../db/digests.ts';
import { isAnyWorkerAlive } from '../db/leases.ts';
import type { Clock } from '../domain/clock.ts';
import type { Queue } from '../queue/queue.ts';
import { type DigestStatus, digestStatus } from './support/digest-status.ts';
import { type Pause, REAL_PAUSE } from './support/patience.ts';
import { ringDue } from './support/ring-due.ts';

export interface Sending {
  digest: DigestSummary;
  /** Make everything pending due, whatever the reader's hour. */
  isNow: boolean;
  onProgress: (status: DigestStatus) => void;
  signal: AbortSignal;
}

/** Tells how time passes, in ms, and lets some pass. */
export interface Timer {
  elapsedMs(): number;
  /** Ends early when the signal is aborted. */
  pause: Pause;
}

export type SendingEnd = {
  kind: 'done' | 'no worker' | 'paused' | 'interrupted';
  status: DigestStatus;
};

const LOOK_EVERY_MS = 250;
const RING_EVERY_MS = 10_000;

/** Counting a large audience costs the database something: it is done for no more than a fiftieth of
 *  the time, but every two seconds. */
const MOST_LOOKING = 0.02;
const LOOK_AT_LEAST_EVERY_MS = 2000;

/** How long to wait for a worker to live before giving up, in ms. */
const NO_WORKER_MS = 30_000;

/** Rings for a digest's due deliveries and waits until none is due or in hand, or it is paused. The
 *  workers send. */
export async function sendDigest(
  { db, queue, clock, timer = REAL_TIME }: { db: Db; queue: Queue; clock: Clock; timer?: Timer },
  { digest, isNow, onProgress, signal }: Sending,
): Promise<SendingEnd> {
  if (isNow) await rushBatches(db, digest.id, clock());
  let rangAt = Number.NEGATIVE_INFINITY;
  let aliveAt = timer.elapsedMs();
  for (;;) {
    const beganAt = timer.elapsedMs();
    const current = (await findDigestById(db, digest.id)) ?? digest;
    const status = await digestStatus(db, current, clock());
    onProgress(status);
    if (status.due + status.inHand === 0) return { kind: 'done', status };
    if (current.pausedAt !== null && status.inHand === 0) return { kind: 'paused', status };
    if (signal.aborted) return { kind: 'interrupted', status };
    const at = timer.elapsedMs();
    if (await isAnyWorkerAlive(db)) aliveAt = at;
    if (at - aliveAt > NO_WORKER_MS) return { kind: 'no worker', status };
    if (at - rangAt > RING_EVERY_MS) {
      await ringDue({ db, queue }, clock());
      rangAt = at;
    }
    const restMs = Math.min((at - beganAt) / MOST_LOOKING, LOOK_AT_LEAST_EVERY_MS);
    const pauseMs = Math.max(LOOK_EVERY_MS, restMs);
    await timer.pause(pauseMs, signal);
  }
}

const REAL_TIME: Timer = {
  elapsedMs: () => performance.now(),
  pause: REAL_PAUSE,
};
