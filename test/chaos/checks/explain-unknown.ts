import { isUnanswered } from '../smtp/transactions.ts';
import { type Evidence, type FinalDelivery, groupBy, keyOf, type StateChange } from './evidence.ts';

/**
 * Why a delivery may be unknown: the relay did not answer, its process failed while the message was
 * in flight, or the database has `forgotten` an attempt that the relay saw. `unseen` is in flight
 * too, but the process failed so soon after `sending` was committed that the relay saw no command
 * of it.
 */
export type UnknownReason = 'unanswered' | 'in flight' | 'unseen' | 'forgotten';

/**
 * How long a process may take from the commit of `sending` to its first command, in ms, on a
 * machine that is far too busy. A mail that waits longer was committed too early.
 */
const MAX_UNBEGUN_MS = 10_000;

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
  const transactionsById = groupBy(transactions, ({ messageId }) => messageId);
  const unknown = rows.filter(({ state }) => state === 'unknown');
  return new Map(
    unknown.map((row): [string, Explanation | null] => {
      const unanswered = (transactionsById.get(row.messageId) ?? []).some(isUnanswered);
      const cutInBody = transactions.some(
        ({ recipient, cutAt }) => cutAt === 'body' && recipient === audience.get(row.subscriberId),
      );
      if (unanswered || cutInBody) return [keyOf(row), { reason: 'unanswered', pid: null }];
      return [keyOf(row), explainByFault(evidence, row, changesByKey.get(keyOf(row)) ?? [])];
    }),
  );
}

function explainByFault(
  { faults, pidByLease, seenAt, audience, hasOneClock }: Evidence,
  row: FinalDelivery,
  changes: readonly StateChange[],
): Explanation | null {
  const began = changes.findLast(({ to }) => to === 'sending');
  const seen = seenAt.get(audience.get(row.subscriberId) ?? '') ?? [];
  const hasFailedOver = faults.some(({ kind }) => kind === 'failed over');
  if (!began && hasFailedOver && seen.length > 0) return { reason: 'forgotten', pid: null };
  const pid = began?.leaseId == null ? undefined : pidByLease.get(began.leaseId);
  if (!began || pid === undefined) return null;
  const isLater = (at: number, lagMs: number) => !hasOneClock || at + lagMs >= began.at;
  const fault = faults.find((each) => each.pid === pid && isLater(each.at, COMMIT_LAG_MS));
  if (!fault) return null;
  if (seen.some((at) => isLater(at, SEEN_LAG_MS))) return { reason: 'in flight', pid };
  const waitedMs = fault.at - began.at;
  return !hasOneClock || waitedMs <= MAX_UNBEGUN_MS ? { reason: 'unseen', pid } : null;
}
