/** What became of the deliveries of a batch in the window; those without an attempt stay
 *  claimed. */
interface BatchProgress {
  sent: number;
}

/** Reports on the deliveries of a batch in the window. */
export interface BatchHandle {
  /** Resolves when none of them waits for capacity: others may be added. Those that only wait for
   *  their throttled domains do not count. */
  started: Promise<void>;
  /** Resolves when the result of each is recorded. Rejects when results can no longer be
   *  recorded. */
  ended: Promise<BatchProgress>;
  /** Whether none of them is claimed any more in the window: each is `sending` or has ended. */
  isInFlight(): boolean;
}

/** Counts the deliveries of a batch in the window. */
export interface BatchTracker extends BatchProgress {
  /** Waiting for capacity. */
  queued: number;
  /** Neither `sending` nor ended. */
  claimed: number;
  unrecorded: number;
  onStarted: () => void;
  resolve: (progress: BatchProgress) => void;
  reject: (error: unknown) => void;
}

/** Creates the tracker of a batch of `count` deliveries, and the handle for whoever sends it. */
export function createBatchTracker(count: number): BatchHandle & { tracker: BatchTracker } {
  const tracker: BatchTracker = {
    queued: count,
    claimed: count,
    unrecorded: count,
    sent: 0,
    onStarted: () => undefined,
    resolve: () => undefined,
    reject: () => undefined,
  };
  const started = new Promise<void>((resolve) => {
    tracker.onStarted = resolve;
    if (count === 0) resolve();
  });
  const ended = new Promise<BatchProgress>((resolve, reject) => {
    tracker.resolve = resolve;
    tracker.reject = reject;
    if (count === 0) resolve({ sent: 0 });
  });
  return { tracker, started, ended, isInFlight: () => tracker.claimed === 0 };
}

/** Notes that a delivery no longer waits for capacity: it is started, postponed, dropped from the
 *  window, or blocked by its domain. Counts each delivery once. Returns whether it was the last one
 *  of its batch. */
export function markStarted(entry: { tracker: BatchTracker; hasStarted: boolean }): boolean {
  if (entry.hasStarted) return false;
  entry.hasStarted = true;
  entry.tracker.queued -= 1;
  return entry.tracker.queued === 0;
}

/** Notes that `sending` is committed for a delivery, and that its message leaves now. */
export function markSending(entry: { tracker: BatchTracker; isSending: boolean }): void {
  if (entry.isSending) return;
  entry.isSending = true;
  entry.tracker.claimed -= 1;
}

/** Notes that the result of a delivery is recorded, or that there will be none. Returns whether it
 *  was the last one of its batch. */
export function markRecorded(entry: { tracker: BatchTracker; isSending: boolean }): boolean {
  const { tracker } = entry;
  if (!entry.isSending) tracker.claimed -= 1;
  tracker.unrecorded -= 1;
  return tracker.unrecorded === 0;
}
