import { setTimeout as wait } from 'node:timers/promises';
import { createFifo, type Fifo } from './pool/fifo.ts';

/** Limits the messages per second to each relay, over all workers. */
export interface SendRateLimiter {
  /** Resolves when a message may go to this relay, in the order of the calls. */
  acquire(relay: string): Promise<void>;
  close(): void;
}

/** Where all workers reserve their permits. */
export interface PermitStore {
  /** Reserves the time that `durationMs` of permits to the relay take, after what is reserved.
   *  Returns in how many ms it begins; null when too much is reserved already. */
  reserve(relay: string, durationMs: number): Promise<number | null>;
  close(): void;
}

/** Share of a second's permits that one worker takes at once. A request to the store per message
 *  would be slow; a larger share would starve the other workers. */
const SHARE_PER_REQUEST = 0.1;

/** Delay before the store is asked again after an error, in ms. Until then nothing is sent,
 *  because what other workers send is unknown. */
const STORE_RETRY_DELAY_MS = 1_000;

/** What a process that was held up may make up for, in ms: more would be a burst. */
const MAX_CATCH_UP_MS = 10;

/**
 * Spaces the permits for each relay evenly, so that no second has more than `perSecond` of them,
 * wherever it begins (the generic cell rate algorithm, ITU-T I.371, without a burst). Workers
 * reserve a tenth of a second at a time. While the store fails, permits wait; `onError` gets each
 * error.
 */
export function openSendRateLimiter({
  perSecond,
  store,
  onError,
  sleep = (ms) => wait(ms),
  elapsedMs = () => performance.now(),
}: {
  perSecond: number;
  store: PermitStore;
  onError: (error: Error) => void;
  sleep?: (ms: number) => Promise<unknown>;
  /** Monotonic time, in ms. */
  elapsedMs?: () => number;
}): SendRateLimiter {
  const queues = new Map<string, Fifo<() => void>>();
  const maxPermitsPerRequest = Math.max(1, Math.floor(perSecond * SHARE_PER_REQUEST));
  const intervalMs = 1000 / perSecond;
  let isClosed = false;

  /** Returns when the first of the permits may be used, on the clock of this process. */
  const reserve = async (relay: string, permits: number): Promise<number | null> => {
    try {
      const waitMs = await store.reserve(relay, permits * intervalMs);
      return waitMs === null ? null : elapsedMs() + waitMs;
    } catch (error) {
      onError(error as Error);
      return null;
    }
  };

  const grantPermits = async (relay: string, queue: Fifo<() => void>) => {
    while (queue.length > 0 && !isClosed) {
      const permits = Math.min(queue.length, maxPermitsPerRequest);
      let dueMs = await reserve(relay, permits);
      if (dueMs === null) {
        await sleep(STORE_RETRY_DELAY_MS);
        continue;
      }
      for (let granted = 0; granted < permits; granted += 1) {
        const earlyMs = dueMs - elapsedMs();
        if (earlyMs > 0) await sleep(Math.ceil(earlyMs));
        queue.shift()?.();
        dueMs = Math.max(dueMs + intervalMs, elapsedMs() - MAX_CATCH_UP_MS);
      }
    }
    queues.delete(relay);
  };

  return {
    acquire: (relay) =>
      new Promise((resolve) => {
        const existingQueue = queues.get(relay);
        const queue = existingQueue ?? createFifo<() => void>();
        queue.push(resolve);
        if (existingQueue) return;
        queues.set(relay, queue);
        void grantPermits(relay, queue);
      }),
    close: () => {
      isClosed = true;
      store.close();
    },
  };
}
