import type { SmtpTransaction } from '../smtp/transactions.ts';
import { describe, type Evidence, groupBy, keyOf } from './evidence.ts';

/**
 * Checks the messages that the SMTP server saw: each belongs to a delivery of its recipient, was
 * accepted once, was the same at each attempt, and was begun after `sending` was committed. An
 * operator's resend allows one acceptance more.
 */
export function checkMessages(evidence: Evidence): {
  acceptedTwice: string[];
  violations: (string | null)[];
} {
  const { rows, audience, transactions, changes, allowsMailTo, hasOneClock } = evidence;
  const byMessage = groupBy(
    transactions.filter(({ messageId }) => messageId !== null),
    ({ messageId }) => messageId ?? '',
  );
  const changesByKey = groupBy(changes, keyOf);
  const countChanges = (key: string, to: string, from?: string) =>
    (changesByKey.get(key) ?? []).filter(
      (change) => change.to === to && (from === undefined || change.from === from),
    ).length;

  const acceptedTwice: string[] = [];
  const unrecorded: string[] = [];
  const different: string[] = [];
  const misdirected: string[] = [];
  const uncommitted: string[] = [];
  const repeated: string[] = [];
  const known = new Set<string>();
  for (const row of rows) {
    if (row.messageId === null) continue;
    known.add(row.messageId);
    const key = keyOf(row);
    const attempts = byMessage.get(row.messageId) ?? [];
    const accepted = attempts.filter(wasAccepted);
    const resends =
      countChanges(key, 'pending', 'unknown') + countChanges(key, 'pending', 'failed');
    if (accepted.length > 1 + resends) acceptedTwice.push(key);
    // A resend discards what was known of the acceptance before.
    if (accepted.length > resends && row.state !== 'sent' && row.state !== 'unknown')
      unrecorded.push(`${key} (${row.state})`);
    const email = audience.get(row.subscriberId) ?? '';
    const { mayDiffer = false } = evidence.expect({ ...row, email });
    if (!mayDiffer && new Set(attempts.map(({ hash }) => hash)).size > 1) different.push(key);
    if (attempts.some(({ recipient }) => recipient !== email)) misdirected.push(key);
    const began = (changesByKey.get(key) ?? []).filter(({ to }) => to === 'sending');
    if (attempts.filter(isComplete).length > began.length) repeated.push(key);
    const [first] = attempts;
    if (hasOneClock && first && !began.some(({ at }) => at <= first.at)) uncommitted.push(key);
  }
  const others = [...byMessage].filter(([id]) => !known.has(id)).flatMap(([, each]) => each);
  const strangers = others
    .filter((transaction) => wasAccepted(transaction) && !allowsMailTo(transaction.recipient))
    .map(({ recipient }) => recipient);
  return {
    acceptedTwice,
    violations: [
      describe('accepted twice', acceptedTwice),
      describe('accepted, but recorded as neither sent nor unknown', unrecorded),
      describe('sent again with other bytes', different),
      describe('mailed to the address of somebody else', misdirected),
      describe('begun before “sending” was committed', uncommitted),
      describe('transmitted more often than “sending” was committed', repeated),
      describe('mailed without being in the audience', strangers),
    ],
  };
}

export function wasAccepted({ acceptedAt }: SmtpTransaction): boolean {
  return acceptedAt !== null;
}

function isComplete({ hash }: SmtpTransaction): boolean {
  return hash !== null;
}
