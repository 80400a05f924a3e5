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
}

/** Counts the deliveries of a batch in the window. */
export interface BatchTracker extends BatchProgress {
  /** Waiting for capacity. */
  queued: number;
  unrecorded: number;
  onStarted: () => void;
  resolve: (progress: BatchProgress) => void;
  reject: (error: unknown) => void;
}

/** Creates the tracker of a batch of `count` deliveries, and the handle for whoever sends it. */
export function createBatchTracker(count: number): BatchHandle & { tracker: BatchTracker } {
  const tracker: BatchTracker = {
    queued: count,
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
  return { tracker, started, ended };
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

/** Notes that the result of a delivery is recorded, or that there will be none. Returns whether it
 *  was the last one of its batch. */
export function markRecorded(tracker: BatchTracker): boolean {
  tracker.unrecorded -= 1;
  return tracker.unrecorded === 0;
}
