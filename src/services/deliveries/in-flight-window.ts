import type {
  AttemptRecord,
  NextAttempt,
} from '../../db/deliveries/transitions/record-attempts.ts';
import {
  type AttemptDeps,
  type AttemptResult,
  attemptToSend,
  NO_DOMAIN_REPLY,
  type ReadyMail,
  toDomainReply,
} from './attempt.ts';
import {
  type BatchHandle,
  type BatchTracker,
  createBatchTracker,
  markRecorded,
  markStarted,
} from './batch-progress.ts';
import { createWaitingList } from './waiting-list.ts';

export interface InFlightWindowDeps extends AttemptDeps {
  /** Rejects only when results can no longer be recorded. */
  record: (
    digestId: number,
    attempts: { results: readonly AttemptRecord[]; next: readonly NextAttempt[]; now: Date },
  ) => Promise<{ sendableIds: ReadonlySet<number> }>;
  /** Called after each commit. */
  onRecorded: (digestId: number, attempts: readonly AttemptResult[]) => void;
  /** Messages that may be in flight. */
  maxInFlight: number;
  /** Aborted when nothing more is to be sent. */
  stopping: AbortSignal;
}

/** Sends every digest mail of a worker process to the relay. */
export interface InFlightWindow {
  send(mails: readonly ReadyMail[]): BatchHandle;
  /** Resolves when the results that are known now are recorded. Never rejects. */
  flush(): Promise<void>;
}

/** Changes that are worth a commit, as a share of the window. */
const MIN_COMMIT_SHARE = 0.4;

/** How long fewer changes wait for others, in ms. */
const LINGER_MS = 4;

interface WindowEntry {
  ready: ReadyMail;
  tracker: BatchTracker;
  hasStarted: boolean;
}

interface WindowResult {
  ready: ReadyMail;
  tracker: BatchTracker;
  /** What is recorded of the delivery. */
  result: AttemptRecord;
  /** Null for a mail that was not sent because its delivery was not sendable. */
  attempt: AttemptResult | null;
}

/**
 * Keeps at most `maxInFlight` messages in flight: their `sending` is committed and their result is
 * not. One commit at a time records the results and marks as many next mails as `sending`, while
 * the connections send what the commit before marked.
 */
export function createInFlightWindow(deps: InFlightWindowDeps): InFlightWindow {
  const { relay, clock, maxInFlight, stopping } = deps;
  const waiting = createWaitingList<WindowEntry>(maxInFlight, ({ ready }) => ready.domain);
  const minCommitSize = Math.max(1, Math.floor(maxInFlight * MIN_COMMIT_SHARE));
  let completed: WindowResult[] = [];
  /** Includes the completed ones: they leave the window when they are recorded. */
  let inFlight = 0;
  let committing: Promise<void> | null = null;
  let lingerTimer: NodeJS.Timeout | undefined;

  const scheduleCommit = () => {
    if (committing) return;
    if (stopping.aborted || !relay.isAvailable()) waiting.clear().forEach(drop);
    const capacity = maxInFlight - inFlight + completed.length;
    const changes = completed.length + Math.min(waiting.length, capacity);
    const isIdle = inFlight === completed.length;
    if (changes === 0) return;
    if (isIdle || changes >= minCommitSize) return void commit();
    lingerTimer ??= setTimeout(commit, LINGER_MS);
  };

  const commit = () => {
    clearTimeout(lingerTimer);
    lingerTimer = undefined;
    if (committing) return;
    const results = completed;
    completed = [];
    const next = takeNext(maxInFlight - inFlight + results.length);
    inFlight += next.length;
    // All that waits is blocked by its domains: the end of a mail in flight to them schedules a
    // commit.
    if (results.length + next.length === 0) return;
    committing = commitAll(results, next).then(() => {
      committing = null;
      scheduleCommit();
    });
  };

  const takeNext = (capacity: number): WindowEntry[] => {
    const { next, blocked, postponed } = waiting.take(capacity, clock().getTime());
    for (const { entry, until } of postponed) {
      const { tracker, ready } = entry;
      tracker.postponed.push({ subscriberId: ready.subscriberId, nextAt: new Date(until) });
      drop(entry);
    }
    for (const entry of next) markStarted(entry);
    for (const entry of blocked) markStarted(entry);
    return next;
  };

  const commitAll = async (results: WindowResult[], next: WindowEntry[]): Promise<void> => {
    const digestIds = new Set<number>();
    for (const { ready } of results) digestIds.add(ready.digestId);
    for (const { ready } of next) digestIds.add(ready.digestId);
    const [only] = digestIds;
    if (only !== undefined && digestIds.size === 1) return commitDigest(only, results, next);
    const resultsOf = (id: number) => results.filter(({ ready }) => ready.digestId === id);
    const nextOf = (id: number) => next.filter(({ ready }) => ready.digestId === id);
    // The next mails of one digest may take the capacity of another's results: those come first.
    for (const id of digestIds) await commitDigest(id, resultsOf(id), []);
    for (const id of digestIds) await commitDigest(id, [], nextOf(id));
  };

  const commitDigest = async (
    digestId: number,
    results: WindowResult[],
    next: WindowEntry[],
  ): Promise<void> => {
    if (results.length + next.length === 0) return;
    try {
      const recorded = await deps.record(digestId, {
        results: results.map(({ result }) => result),
        next: next.map(({ ready }) => ready),
        now: clock(),
      });
      inFlight -= results.length;
      const attempts = results.flatMap(({ attempt }) => attempt ?? []);
      deps.onRecorded(digestId, attempts);
      for (const { tracker, result } of results) {
        if (result.state === 'sent') tracker.sent += 1;
        markRecorded(tracker);
      }
      for (const entry of next) {
        if (recorded.sendableIds.has(entry.ready.subscriberId)) void deliver(entry);
        else putBack(entry);
      }
    } catch (error) {
      inFlight -= results.length + next.length;
      for (const entry of next) waiting.ended(entry, NO_DOMAIN_REPLY, clock().getTime());
      for (const { tracker } of [...results, ...next]) tracker.reject(error);
    }
  };

  const deliver = async (entry: WindowEntry) => {
    const attempt = await attemptToSend(deps, entry.ready);
    waiting.ended(entry, toDomainReply(attempt.outcome), clock().getTime());
    const { ready, tracker } = entry;
    completed.push({ ready, tracker, result: attempt.result, attempt });
    scheduleCommit();
  };

  /** A mail that must not be sent: its delivery was skipped, its digest was paused or cancelled, or
   *  its lease has ended. An earlier commit, whose response was lost, may have made the delivery
   *  `sending`. */
  const putBack = ({ ready, tracker, ...entry }: WindowEntry) => {
    waiting.ended({ ready, tracker, ...entry }, NO_DOMAIN_REPLY, clock().getTime());
    const { subscriberId, leaseId, attempts } = ready;
    const result = { subscriberId, leaseId, attempts, state: 'deferred' as const, nextAt: clock() };
    completed.push({ ready, tracker, result, attempt: null });
  };

  return {
    send: (mails) => {
      const { tracker, ...handle } = createBatchTracker(mails.length);
      if (mails.length > 0)
        waiting.add(mails.map((ready) => ({ ready, tracker, hasStarted: false })));
      scheduleCommit();
      return handle;
    },
    flush: async () => {
      await committing;
      commit();
      await committing;
    },
  };
}

/** Takes a mail out of the window without an attempt. */
function drop(entry: WindowEntry): void {
  markStarted(entry);
  markRecorded(entry.tracker);
}
