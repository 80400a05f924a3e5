/** What became of the deliveries of a batch; those that were not tried stay claimed. */
export interface BatchProgress {
  sent: number;
  /** Not to be sent before, since their domains asked for patience. */
  postponed: { subscriberId: number; nextAt: Date }[];
}

/** Deliveries on their way through the window. */
export interface BatchHandle {
  /** Resolves when none of them waits for its turn any more, but for those that their domains hold
   *  back: there is room for others. */
  started: Promise<void>;
  /** Resolves when what became of each is recorded. Rejects when nothing more can be recorded. */
  ended: Promise<BatchProgress>;
}

/** The deliveries of one batch in the window. */
export interface BatchTracker extends BatchProgress {
  /** In the waiting list for want of room. */
  queued: number;
  /** Not yet recorded. */
  unrecorded: number;
  onStarted: () => void;
  resolve: (progress: BatchProgress) => void;
  reject: (error: unknown) => void;
}

/** A group of `count` deliveries, and what its sender waits for. */
export function createBatchTracker(count: number): BatchHandle & { tracker: BatchTracker } {
  const tracker: BatchTracker = {
    queued: count,
    unrecorded: count,
    sent: 0,
    postponed: [],
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
    if (count === 0) resolve({ sent: 0, postponed: [] });
  });
  return { tracker, started, ended };
}

/** One of the group has its turn, is let go before, or is held back by its domain; counts once. */
export function markStarted(entry: { tracker: BatchTracker; hasStarted: boolean }): void {
  if (entry.hasStarted) return;
  entry.hasStarted = true;
  const { tracker } = entry;
  tracker.queued -= 1;
  if (tracker.queued === 0) tracker.onStarted();
}

/** What became of one of the group is recorded. */
export function markRecorded(tracker: BatchTracker): void {
  tracker.unrecorded -= 1;
  if (tracker.unrecorded === 0)
    tracker.resolve({ sent: tracker.sent, postponed: tracker.postponed });
}
