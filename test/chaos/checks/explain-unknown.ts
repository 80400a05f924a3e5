import { isUnanswered, type SmtpTransaction } from '../smtp/transactions.ts';
import {
  type Evidence,
  type FinalDelivery,
  groupBy,
  keyOf,
  type ProcessFault,
  type StateChange,
} from './evidence.ts';

/**
 * Why a delivery may be unknown: the relay did not answer, its process failed while the message was
 * in flight, or the database has `forgotten` an attempt that the relay saw. `unseen` is in flight
 * too, but the process failed so soon after `sending` was committed that the relay saw no command
 * of it.
 */
export type UnknownReason = 'unanswered' | 'in flight' | 'unseen' | 'forgotten';

/**
 * How long a process may take from the commit of `sending` to its first command, and from the reply
 * to the commit of the result, in ms, on a machine that is far too busy. A mail that waits longer
 * was committed too early, and a result too late.
 */
const MAX_STEP_MS = 10_000;

/** A statement that a killed process has sent may be committed this long after the kill, in ms. */
const COMMIT_LAG_MS = 5000;

/** The trigger runs a moment before the commit. */
const SEEN_LAG_MS = 5;

interface Explanation {
  reason: UnknownReason;
  /** The process that failed; null when the relay did not answer or the database forgot. */
  pid: number | null;
}

/** Explains each unknown delivery; null stands for a needless one. */
export function explainUnknown(evidence: Evidence): Map<string, Explanation | null> {
  const { rows, changes, transactions, audience } = evidence;
  const changesByKey = groupBy(changes, keyOf);
  const byRecipient = groupBy(transactions, ({ recipient }) => recipient);
  const unknown = rows.filter(({ state }) => state === 'unknown');
  return new Map(
    unknown.map((row): [string, Explanation | null] => {
      // Of an attempt that broke off in the body, the server does not know the message.
      const last = byRecipient
        .get(audience.get(row.subscriberId) ?? '')
        ?.findLast(({ messageId }) => messageId === null || messageId === row.messageId);
      if (last && isUnanswered(last)) return [keyOf(row), { reason: 'unanswered', pid: null }];
      return [keyOf(row), explainByFault(evidence, row, changesByKey.get(keyOf(row)) ?? [], last)];
    }),
  );
}

function explainByFault(
  { faults, pidByLease, seenAt, audience, hasOneClock }: Evidence,
  row: FinalDelivery,
  changes: readonly StateChange[],
  last: SmtpTransaction | undefined,
): Explanation | null {
  const ended = changes.findLast(({ to }) => to === 'unknown');
  const began = changes.findLast(({ to }) => to === 'sending');
  const seen = seenAt.get(audience.get(row.subscriberId) ?? '') ?? [];
  const hasFailedOver = faults.some(({ kind }) => kind === 'failed over');
  if (!began && hasFailedOver && seen.length > 0) return { reason: 'forgotten', pid: null };
  const pid = began?.leaseId == null ? undefined : pidByLease.get(began.leaseId);
  if (!began || pid === undefined) return null;
  const isLater = (at: number, lagMs: number) => !hasOneClock || at + lagMs >= began.at;
  const fault = faults.find(
    (each) =>
      each.pid === pid &&
      isLater(each.at, COMMIT_LAG_MS) &&
      (!hasOneClock || isBefore(each, ended)),
  );
  if (!fault) return null;
  const isUnrecorded =
    fault.kind !== 'failed over' && countMsSinceAnswer(last, fault.at) > MAX_STEP_MS;
  if (hasOneClock && isUnrecorded) return null;
  if (seen.some((at) => isLater(at, SEEN_LAG_MS))) return { reason: 'in flight', pid };
  const waitedMs = fault.at - began.at;
  return !hasOneClock || waitedMs <= MAX_STEP_MS ? { reason: 'unseen', pid } : null;
}

/** How long the process had had the reply to the message at `now`, in ms; 0 without one. */
function countMsSinceAnswer(transaction: SmtpTransaction | undefined, now: number): number {
  const { acceptedAt = null, repliedAt = null } = transaction ?? {};
  const isAnswered = acceptedAt !== null && repliedAt !== null && repliedAt >= acceptedAt;
  return isAnswered ? now - repliedAt : 0;
}

/** Whether the fault came before the delivery became unknown. A failover is noted afterwards. */
function isBefore({ kind, at }: ProcessFault, ended: StateChange | undefined): boolean {
  return kind === 'failed over' || (ended !== undefined && at <= ended.at + SEEN_LAG_MS);
}
