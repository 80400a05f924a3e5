import type { AttemptRecord } from '../../db/deliveries/transitions/record-attempts.ts';
import type { DomainThrottle } from '../../domain/deliveries/domain-throttle.ts';
import type { Timers } from '../../relay/timers.ts';
import { advanceWindow } from './advance-window.ts';
import { type AttemptDeps, type AttemptResult, attemptToSend, type ReadyMail } from './attempt.ts';
import { type BatchHandle, createBatchTracker } from './batch-progress.ts';
import {
  createWindowState,
  type NextMail,
  type PostponedMail,
  type WindowCommand,
  type WindowCommit,
  type WindowEvent,
} from './window-state.ts';

export interface InFlightWindowDeps extends AttemptDeps {
  /** Rejects only when results can no longer be recorded. */
  record: (
    digestId: number,
    attempts: { results: readonly AttemptRecord[]; next: readonly ReadyMail[]; now: Date },
  ) => Promise<{ sendableIds: ReadonlySet<number> }>;
  /** Records that these deliveries of one digest are due at their `nextAt`, since their domains
   *  asked to slow down. */
  recordPostponed: (
    digestId: number,
    postponed: readonly { subscriberId: number; leaseId: number; nextAt: Date }[],
  ) => Promise<void>;
  /** Called after each commit. */
  onRecorded: (digestId: number, attempts: readonly AttemptResult[]) => void;
  /** Messages that may be in flight. */
  maxInFlight: number;
  /** @defaultValue one that this window does not share */
  throttle?: DomainThrottle;
  /** Aborted when nothing more is to be sent. */
  stopping: AbortSignal;
  timers: Timers;
}

/** Sends every digest mail of a worker process to the relay. */
export interface InFlightWindow {
  send(mails: readonly ReadyMail[]): BatchHandle;
  /** Resolves when the results that are known now are recorded. Never rejects. */
  flush(): Promise<void>;
}

/** How long a few changes wait for others, in ms. */
const LINGER_MS = 4;

/** How often the window checks, while mails wait, whether they may still be sent, in ms. */
const CHECK_INTERVAL_MS = 1000;

/**
 * Keeps at most `maxInFlight` messages in flight: their `sending` is committed and their result is
 * not. One commit at a time records the results and marks as many next mails as `sending`, while
 * the connections send what the commit before marked. Does what `advanceWindow` decides.
 */
export function createInFlightWindow(deps: InFlightWindowDeps): InFlightWindow {
  const { relay, clock, stopping, timers } = deps;
  const state = createWindowState(deps.maxInFlight, deps.throttle);
  /** Events that came while the commands of another one were carried out. */
  const laterEvents: WindowEvent[] = [];
  let isBusy = false;
  let committing: Promise<void> | null = null;
  let stopLingering = () => {};

  const handle = (event: WindowEvent): void => {
    if (isBusy) return void laterEvents.push(event);
    isBusy = true;
    try {
      for (let next: WindowEvent | undefined = event; next; next = laterEvents.shift()) {
        const conditions = { now: clock(), canSend: !stopping.aborted && relay.isAvailable() };
        for (const command of advanceWindow(state, next, conditions)) carryOut(command);
      }
    } finally {
      isBusy = false;
    }
  };

  const carryOut = (command: WindowCommand): void => {
    switch (command.kind) {
      case 'requestSlots':
        relay.requestSlots(command.count, (slots, refused) =>
          handle({ kind: 'slots', slots, refused }),
        );
        break;
      case 'releaseSlots':
        for (const slot of command.slots) relay.releaseSlot(slot);
        break;
      case 'commit':
        committing = recordAll(command.commits);
        break;
      case 'linger':
        stopLingering = timers.after(LINGER_MS, () => handle({ kind: 'lingered' }));
        break;
      case 'stopLingering':
        stopLingering();
        break;
      case 'checkLater':
        timers.after(CHECK_INTERVAL_MS, () => handle({ kind: 'checked' }));
        break;
      case 'send':
        void send(command);
        break;
      case 'postpone':
        void postpone(command.postponed);
        break;
      case 'reportRecorded':
        deps.onRecorded(command.digestId, command.attempts);
        break;
      case 'batchStarted':
        command.tracker.onStarted();
        break;
      case 'batchEnded':
        command.tracker.resolve({ sent: command.tracker.sent });
        break;
      case 'batchFailed':
        command.tracker.reject(command.error);
        break;
    }
  };

  const recordAll = async (commits: readonly WindowCommit[]): Promise<void> => {
    for (const commit of commits) handle(await recordOne(commit));
    committing = null;
    handle({ kind: 'committed' });
  };

  const recordOne = async (commit: WindowCommit): Promise<WindowEvent> => {
    const results = commit.results.map(({ record }) => record);
    const next = commit.next.map(({ entry }) => entry.ready);
    try {
      const changes = { results, next, now: clock() };
      const { sendableIds } = await deps.record(commit.digestId, changes);
      return { kind: 'recorded', commit, sendableIds };
    } catch (error) {
      return { kind: 'recordFailed', commit, error };
    }
  };

  const send = async ({ entry, slot }: NextMail): Promise<void> => {
    const attempt = await attemptToSend(deps, entry.ready, slot);
    handle({ kind: 'attempted', entry, attempt });
  };

  const postpone = async (postponed: readonly PostponedMail[]): Promise<void> => {
    const digestIds = new Set(postponed.map(({ entry }) => entry.ready.digestId));
    for (const digestId of digestIds) {
      const ofDigest = postponed.filter(({ entry }) => entry.ready.digestId === digestId);
      const rows = ofDigest.map(({ entry: { ready }, nextAt }) => {
        return { subscriberId: ready.subscriberId, leaseId: ready.leaseId, nextAt };
      });
      await deps.recordPostponed(digestId, rows).then(
        () => handle({ kind: 'postponeRecorded', postponed: ofDigest }),
        (error) => handle({ kind: 'postponeFailed', postponed: ofDigest, error }),
      );
    }
  };

  stopping.addEventListener('abort', () => handle({ kind: 'checked' }));

  return {
    send: (mails) => {
      const { tracker, ...handles } = createBatchTracker(mails.length);
      handle({
        kind: 'added',
        entries: mails.map((ready) => ({ ready, tracker, hasStarted: false, isSending: false })),
      });
      return handles;
    },
    flush: async () => {
      await committing;
      handle({ kind: 'flushed' });
      await committing;
    },
  };
}
