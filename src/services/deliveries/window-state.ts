import type { AttemptRecord } from '../../db/deliveries/transitions/record-attempts.ts';
import type { DomainThrottle } from '../../domain/deliveries/domain-throttle.ts';
import type { SendSlot } from '../../relay/send-slots.ts';
import type { AttemptResult, ReadyMail } from './attempt.ts';
import type { BatchTracker } from './batch-progress.ts';
import { createWaitingList, type WaitingList } from './waiting-list.ts';

/** A mail in the window. */
export interface WindowEntry {
  ready: ReadyMail;
  tracker: BatchTracker;
  hasStarted: boolean;
  /** Whether its `sending` is committed and its message left. */
  isSending: boolean;
}

/** A mail and the room that it is sent in. */
export interface NextMail {
  entry: WindowEntry;
  slot: SendSlot;
}

/** What is to be recorded of a mail. */
export interface WindowResult {
  entry: WindowEntry;
  record: AttemptRecord;
  /** Null for a mail that was not begun, or cancelled before its final dot. */
  attempt: AttemptResult | null;
}

/** A mail that its domain does not want before `nextAt`. */
export interface PostponedMail {
  entry: WindowEntry;
  nextAt: Date;
}

/** What one statement commits: results, and which mails of the digest are `sending` next. */
export interface WindowCommit {
  digestId: number;
  results: readonly WindowResult[];
  next: readonly NextMail[];
}

/** The mails of a worker process on their way to the relay. */
export interface WindowState {
  /** Messages that may be in flight: `sending`, without a recorded result. */
  maxInFlight: number;
  waiting: WaitingList<WindowEntry>;
  /** Granted by the relay and not used. */
  slots: SendSlot[];
  /** Slots that the relay was asked for and has neither granted nor refused. */
  requestedSlots: number;
  /** Results that are known and not being recorded. */
  completed: WindowResult[];
  /** Includes the completed ones: they leave the window when they are recorded. */
  inFlight: number;
  isCommitting: boolean;
  /** Whether a few changes wait for others before they are committed. */
  isLingering: boolean;
  /** Whether the conditions are checked again soon, although nothing may happen. */
  willCheck: boolean;
}

/** What happens to the window. */
export type WindowEvent =
  | { kind: 'added'; entries: readonly WindowEntry[] }
  /** The relay granted slots; `refused` others will not come. */
  | { kind: 'slots'; slots: readonly SendSlot[]; refused: number }
  | { kind: 'lingered' }
  /** The conditions may have changed. */
  | { kind: 'checked' }
  | { kind: 'flushed' }
  /** A mail was sent, or could not be: the outcome of one attempt. */
  | { kind: 'attempted'; entry: WindowEntry; attempt: AttemptResult }
  /** `sendableIds`: subscribers whose deliveries are `sending` now. */
  | {
      kind: 'recorded';
      commit: WindowCommit;
      sendableIds: ReadonlySet<number>;
    }
  | { kind: 'recordFailed'; commit: WindowCommit; error: unknown }
  /** The last statement of a commit has ended. */
  | { kind: 'committed' }
  | { kind: 'postponeRecorded'; postponed: readonly PostponedMail[] }
  | { kind: 'postponeFailed'; postponed: readonly PostponedMail[]; error: unknown };

/** What the shell of the window does, in this order. */
export type WindowCommand =
  | { kind: 'requestSlots'; count: number }
  | { kind: 'releaseSlots'; slots: readonly SendSlot[] }
  /** To be recorded one after the other. */
  | { kind: 'commit'; commits: readonly WindowCommit[] }
  | { kind: 'linger' }
  | { kind: 'stopLingering' }
  | { kind: 'checkLater' }
  | ({ kind: 'send' } & NextMail)
  | { kind: 'postpone'; postponed: readonly PostponedMail[] }
  | {
      kind: 'reportRecorded';
      digestId: number;
      attempts: readonly AttemptResult[];
    }
  | { kind: 'batchStarted'; tracker: BatchTracker }
  | { kind: 'batchEnded'; tracker: BatchTracker }
  | { kind: 'batchFailed'; tracker: BatchTracker; error: unknown };

/** The state of an empty window. */
export function createWindowState(maxInFlight: number, throttle?: DomainThrottle): WindowState {
  return {
    maxInFlight,
    waiting: createWaitingList<WindowEntry>(maxInFlight, ({ ready }) => ready.domain, throttle),
    slots: [],
    requestedSlots: 0,
    completed: [],
    inFlight: 0,
    isCommitting: false,
    isLingering: false,
    willCheck: false,
  };
}
