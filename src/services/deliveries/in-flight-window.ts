import type {
  AttemptRecord,
  NextAttempt,
  RecordedAttempts,
} from '../../db/deliveries/transitions/record-attempts.ts';
import { decideDeliveryResult, type SendOutcome } from '../../domain/deliveries/outcome.ts';
import type { DigestKind } from '../../domain/digests/digest.ts';
import type { Message } from '../../domain/smtp/message.ts';
import { classifyReply } from '../../domain/smtp/smtp-reply.ts';
import type { Clock } from '../../domain/time/clock.ts';
import type { Relay } from '../../relay/relay.ts';
import {
  type BatchHandle,
  type BatchTracker,
  createBatchTracker,
  markRecorded,
  markStarted,
} from './batch-progress.ts';
import { createWaitingList } from './waiting-list.ts';

/** A delivery whose mail is ready. */
export interface ReadyMail extends NextAttempt {
  digestId: number;
  kind: DigestKind;
  sendAt: Date;
  /** The part of the address behind the `@`. */
  domain: string;
  /** Under what the address is suppressed, should there be no such reader. */
  emailKey: string;
  /** Makes the mail, when it is about to leave: many wait, and mails are large.
   *  @throws RangeError when none can be made, such as for an address that fits no header. */
  compose: () => Message | Promise<Message>;
}

/** A try whose result is recorded. */
export interface AttemptResult {
  entry: ReadyMail;
  outcome: SendOutcome;
  result: AttemptRecord;
}

export interface InFlightWindowDeps {
  relay: Relay;
  /** Rejects only when nothing more can be recorded. */
  record: (
    digestId: number,
    attempts: { results: readonly AttemptRecord[]; next: readonly NextAttempt[]; now: Date },
  ) => Promise<RecordedAttempts>;
  /** Called with what a commit recorded; `tooLate` of them had lost their lease before. */
  onRecorded: (
    digestId: number,
    completedAttempts: readonly AttemptResult[],
    leaseLost: number,
  ) => void;
  /** Whether what this lease holds is still ours. */
  isAlive: (leaseId: number) => boolean;
  clock: Clock;
  /** 0 to 1; spreads retries. */
  random: () => number;
  /** Messages that may be in flight. */
  maxInFlight: number;
  /** Aborted when nothing new is to be sent. */
  stopping: AbortSignal;
}

/** The way of every digest mail of a worker process to the relay. */
export interface InFlightWindow {
  /** Sends what may be sent. */
  send(entries: readonly ReadyMail[]): BatchHandle;
  /** Resolves when all that is answered by now is recorded. Never rejects. */
  flush(): Promise<void>;
}

/** As a share of the window: changes that are worth a commit of their own. */
const MIN_COMMIT_SHARE = 0.4;

/** How long fewer of them wait for company, in ms. */
const LINGER_MS = 4;

const NOT_ACCEPTED = { isAccepted: false, requestsBackoff: false };
const THROTTLED = { isAccepted: false, requestsBackoff: true };

/** A delivery in the window, in the group of its batch. */
interface WindowEntry {
  ready: ReadyMail;
  tracker: BatchTracker;
  hasStarted: boolean;
}

interface WindowAttempt extends AttemptResult {
  tracker: BatchTracker;
}

/**
 * Keeps at most `size` messages in flight: `sending` committed, the result not yet. One commit at a
 * time records what came back and marks as many next ones, while the connections go on with what was
 * marked before.
 */
export function createInFlightWindow(deps: InFlightWindowDeps): InFlightWindow {
  const { relay, clock, maxInFlight, stopping } = deps;
  const waiting = createWaitingList<WindowEntry>(maxInFlight, ({ ready }) => ready.domain);
  const minCommitSize = Math.max(1, Math.floor(maxInFlight * MIN_COMMIT_SHARE));
  let completedAttempts: WindowAttempt[] = [];
  /** Marked and not recorded yet; what is in `tried` is among them. */
  let inFlight = 0;
  let committing: Promise<void> | null = null;
  let lingerTimer: NodeJS.Timeout | undefined;

  const scheduleCommit = () => {
    if (committing) return;
    if (stopping.aborted || !relay.isAvailable()) {
      for (const entry of waiting.clear()) {
        markStarted(entry);
        markRecorded(entry.tracker);
      }
    }
    const changes =
      completedAttempts.length +
      Math.min(waiting.length, maxInFlight - inFlight + completedAttempts.length);
    const isIdle = inFlight === completedAttempts.length;
    if (changes === 0) return;
    if (isIdle || changes >= minCommitSize) return void commit();
    lingerTimer ??= setTimeout(commit, LINGER_MS);
  };

  const commit = () => {
    clearTimeout(lingerTimer);
    lingerTimer = undefined;
    if (committing) return;
    const results = completedAttempts;
    completedAttempts = [];
    const { next, blocked, postponed } = waiting.take(
      maxInFlight - inFlight + results.length,
      clock().getTime(),
    );
    for (const { entry, until } of postponed) {
      const { tracker, ready } = entry;
      tracker.postponed.push({ subscriberId: ready.subscriberId, nextAt: new Date(until) });
      markStarted(entry);
      markRecorded(tracker);
    }
    for (const entry of [...next, ...blocked]) markStarted(entry);
    inFlight += next.length;
    if (results.length + next.length === 0) {
      // All that waits is held back by its domains: an end of what is on its way to them wakes us.
      return;
    }
    const digestIds = new Set<number>();
    for (const { entry } of results) digestIds.add(entry.digestId);
    for (const { ready } of next) digestIds.add(ready.digestId);
    committing = commitDigests([...digestIds], results, next).then(() => {
      committing = null;
      scheduleCommit();
    });
  };

  const commitDigests = async (
    digestIds: number[],
    results: WindowAttempt[],
    next: WindowEntry[],
  ) => {
    const resultsOf = (id: number) => results.filter(({ entry }) => entry.digestId === id);
    const nextOf = (id: number) => next.filter(({ ready }) => ready.digestId === id);
    const [only] = digestIds;
    if (only !== undefined && digestIds.length === 1) return commitDigest(only, results, next);
    // The room for the next mails of one digest may be that of results of another: first those.
    for (const id of digestIds) await commitDigest(id, resultsOf(id), []);
    for (const id of digestIds) await commitDigest(id, [], nextOf(id));
  };

  const commitDigest = async (
    digestId: number,
    results: WindowAttempt[],
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
      deps.onRecorded(digestId, results, results.length - recorded.resultCount);
      for (const { tracker, result } of results) {
        if (result.state === 'sent') tracker.sent += 1;
        markRecorded(tracker);
      }
      for (const entry of next) start(entry, recorded.sendableIds.has(entry.ready.subscriberId));
    } catch (error) {
      inFlight -= results.length + next.length;
      for (const entry of next) waiting.ended(entry, NOT_ACCEPTED, clock().getTime());
      for (const { tracker } of [...results, ...next]) tracker.reject(error);
    }
  };

  const start = (entry: WindowEntry, mayStart: boolean) => {
    if (mayStart) {
      void deliver(entry);
      return;
    }
    inFlight -= 1;
    waiting.ended(entry, NOT_ACCEPTED, clock().getTime());
    markRecorded(entry.tracker);
  };

  /** Never rejects: a mail that cannot be composed must not hold up the others. One that fits no header
   *  never will; any other trouble is ours and may be mended, so it is tried again. */
  const send = async ({ compose, leaseId }: ReadyMail): Promise<SendOutcome> => {
    try {
      return await relay.send(await compose(), () => deps.isAlive(leaseId));
    } catch (error) {
      const kind = error instanceof RangeError ? 'invalid' : 'unsent';
      return { kind, problem: (error as Error).message, relay: '' };
    }
  };

  const deliver = async (entry: WindowEntry) => {
    const { ready, tracker } = entry;
    const outcome = await send(ready);
    const now = clock();
    waiting.ended(entry, toDomainReply(outcome), now.getTime());
    completedAttempts.push({
      entry: ready,
      tracker,
      outcome,
      result: resultOf(ready, outcome, now),
    });
    scheduleCommit();
  };

  const resultOf = (ready: ReadyMail, outcome: SendOutcome, now: Date): AttemptRecord => {
    const { subscriberId, leaseId, kind, sendAt, attempts } = ready;
    const delivery = { kind, sendAt, attempts, now, random: deps.random() };
    const { state, nextAt, reply, detail } = decideDeliveryResult(outcome, delivery);
    return { subscriberId, leaseId, attempts, state, nextAt, relay: outcome.relay, reply, detail };
  };

  return {
    send: (entries) => {
      const { tracker, ...handle } = createBatchTracker(entries.length);
      if (entries.length > 0)
        waiting.add(entries.map((ready) => ({ ready, tracker, hasStarted: false })));
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

/** A 421 to the commands of a mail is laid at its domain's door, as the best guess there is: the relay
 *  may be the domain's own. */
function toDomainReply(outcome: SendOutcome): { isAccepted: boolean; requestsBackoff: boolean } {
  if (outcome.kind === 'unsent' && outcome.requestsBackoff) return THROTTLED;
  if (outcome.kind !== 'answered') return NOT_ACCEPTED;
  const { replyClass, slowsDomain } = classifyReply(outcome.reply);
  return { isAccepted: replyClass === 'accepted', requestsBackoff: slowsDomain };
}
