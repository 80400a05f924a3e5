import type { DeliveryState } from '../../../src/domain/deliveries/delivery.ts';
import type { SmtpTransaction } from '../smtp/transactions.ts';
import { describe, type Evidence, type FinalDelivery, groupBy, keyOf } from './evidence.ts';
import type { explainUnknown } from './explain-unknown.ts';

/** States of unfinished deliveries. At the end such a delivery is a lost mail. */
const OPEN_STATES: readonly DeliveryState[] = ['pending', 'claimed', 'sending', 'deferred'];

function isOpen({ state }: Pick<FinalDelivery, 'state'>): boolean {
  return OPEN_STATES.includes(state);
}

/**
 * Checks that each delivery ended in a state that the scenario or the rules for all allow: `sent`
 * when the relay said so, `failed` when it refused for good, `unknown` when it did not answer or
 * the process failed in flight. Nothing may be open, skipped or expired unless it is expected.
 */
export function checkStates(
  evidence: Evidence,
  reasons: ReturnType<typeof explainUnknown>,
): { lost: number; violations: (string | null)[] } {
  const { rows, audience, transactions } = evidence;
  const byRecipient = groupBy(transactions, ({ recipient }) => recipient);
  const expectationOf = (row: FinalDelivery) =>
    evidence.expect({ ...row, email: audience.get(row.subscriberId) ?? '' });
  const attemptsOf = (row: FinalDelivery) =>
    (byRecipient.get(audience.get(row.subscriberId) ?? '') ?? []).filter(
      ({ messageId }) => messageId === null || messageId === row.messageId,
    );
  const isExpected = (row: FinalDelivery) => {
    const { states, allows = [] } = expectationOf(row);
    if (states) return states.includes(row.state);
    if (allows.includes(row.state)) return true;
    return isAllowedByRules(row, attemptsOf(row), reasons.get(keyOf(row)) != null);
  };
  const unexpected = rows.filter((row) => !isExpected(row));
  const needless = unexpected.filter(({ state }) => state === 'unknown');
  const open = unexpected.filter(isOpen);
  const unproven = unexpected.filter(({ state }) => state === 'sent');
  const rest = unexpected.filter(
    (row) => row.state !== 'unknown' && row.state !== 'sent' && !isOpen(row),
  );
  return {
    lost: open.length,
    violations: [
      describe('lost, neither sent nor ended', open.map(nameOf)),
      describe('recorded as sent, but the relay never said so', unproven.map(nameOf)),
      describe('needlessly unknown, no fault explains it', needless.map(nameOf)),
      describe('in a state that nothing explains', rest.map(nameOf)),
    ],
  };
}

function isAllowedByRules(
  { state }: FinalDelivery,
  attempts: readonly SmtpTransaction[],
  isExplained: boolean,
): boolean {
  if (state === 'sent')
    return attempts.some(({ acceptedAt, reply }) => acceptedAt !== null && reply?.startsWith('2'));
  if (state === 'failed') return attempts.at(-1)?.reply?.startsWith('5') ?? false;
  return state === 'unknown' && isExplained;
}

/** A delivery with its state and the reason for it. */
export function nameOf(row: FinalDelivery): string {
  const { subscriberId, state, detail, reply } = row;
  return `${subscriberId} (${[state, detail ?? reply].filter((text) => text).join(': ')})`;
}
