import { DELIVERY_STATES } from '../../src/domain/deliveries/delivery.ts';
import { checkChanges } from './checks/check-changes.ts';
import { checkMessages, wasAccepted } from './checks/check-messages.ts';
import { checkStates, nameOf } from './checks/check-states.ts';
import { describe, type Evidence, groupBy, keyOf } from './checks/evidence.ts';
import { explainUnknown } from './checks/explain-unknown.ts';

/** The counts behind the invariants. */
export interface Counts {
  deliveries: number;
  accepted: number;
  accepted_twice: number;
  lost: number;
  unknown: number;
  /** Among them: the relay saw no command of the mail, since its process failed just before. */
  unknown_unseen: number;
  /** Among them: no fault explains them. */
  unknown_needless: number;
  kills: number;
  worst_unknown_per_process: number;
  most_sending: number;
  /** The longest time without an accepted message between the first and the last one, in s. */
  worst_stall_s: number;
}

/**
 * Checks the invariants: nobody is mailed twice, nobody is lost, each delivery is in one expected
 * state, the states add up to the audience, an `unknown` was in flight when its process failed or
 * was not answered, and the history follows the state machine. Each violation names its deliveries.
 */
export function checkInvariants(evidence: Evidence): { counts: Counts; violations: string[] } {
  const { audience, rows, transactions, faults, kills, maxInFlight } = evidence;
  const reasons = explainUnknown(evidence);
  const messages = checkMessages(evidence);
  const changes = checkChanges(evidence);
  const states = checkStates(evidence, reasons);

  const rowsByKey = groupBy(rows, keyOf);
  const twoRows = [...rowsByKey].filter(([, each]) => each.length > 1).map(([key]) => key);
  const withRow = new Set(rows.map(({ subscriberId }) => subscriberId));
  const withoutRow = [...audience.keys()].filter((id) => !withRow.has(id));
  const strange = rows.filter(
    ({ subscriberId, state }) => !audience.has(subscriberId) || !DELIVERY_STATES.includes(state),
  );

  const explained = [...reasons.values()].filter((reason) => reason !== null);
  const byProcess = groupBy(
    explained.filter(({ pid }) => pid !== null),
    ({ pid }) => pid,
  );
  const worst = Math.max(0, ...[...byProcess.values()].map((each) => each.length));

  const violations = [
    audience.size === evidence.expectedAudience
      ? null
      : `${audience.size} subscribers have a delivery, expected ${evidence.expectedAudience}`,
    describe('without exactly one delivery', [...twoRows, ...withoutRow]),
    describe('with an unknown state or outside the audience', strange.map(nameOf)),
    ...messages.violations,
    ...states.violations,
    ...changes.violations,
    describe('batches that no sweep looks at again', evidence.strandedBatches),
    worst > maxInFlight
      ? `a process left ${worst} deliveries unknown, the limit is ${maxInFlight}`
      : null,
    ...checkStatuses(evidence),
  ].filter((line) => line !== null);

  return {
    counts: {
      deliveries: rows.length,
      accepted: transactions.filter(wasAccepted).length,
      accepted_twice: messages.acceptedTwice.length,
      lost: states.lost,
      unknown: reasons.size,
      unknown_unseen: explained.filter(({ reason }) => reason === 'unseen').length,
      unknown_needless: reasons.size - explained.length,
      kills,
      worst_unknown_per_process: faults.length === 0 ? 0 : worst,
      most_sending: changes.maxSending,
      worst_stall_s: findWorstStall(transactions),
    },
    violations,
  };
}

/** Whether the records agree with each other: nothing was recorded while they were read, and no
 *  batch is still to be released. */
export function isSettled(evidence: Evidence): boolean {
  return evidence.strandedBatches.length === 0 && checkStatuses(evidence).length === 0;
}

/** Differences between `digest status` and the rows. */
function checkStatuses({ statuses, rows }: Evidence): string[] {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  const counted = sum(statuses.map(({ audience }) => audience));
  const total = sum(statuses.flatMap(({ states }) => Object.values(states)));
  const wrong = DELIVERY_STATES.flatMap((state) => {
    const shown = sum(statuses.map(({ states }) => states[state] ?? 0));
    const stored = rows.filter((row) => row.state === state).length;
    return shown === stored ? [] : [`digest status counts ${shown} ${state}, it is ${stored}`];
  });
  return [
    ...(counted === rows.length
      ? []
      : [`digest status counts an audience of ${counted}, it is ${rows.length}`]),
    ...(total === counted
      ? []
      : [`the states of digest status add up to ${total}, the audience is ${counted}`]),
    ...wrong,
  ];
}

/** The longest time between two accepted messages, in s. */
export function findWorstStall(transactions: Evidence['transactions']): number {
  const times = transactions.flatMap(({ acceptedAt }) => acceptedAt ?? []).sort((a, b) => a - b);
  const gaps = times.slice(1).map((at, n) => at - (times[n] ?? at));
  return Math.round(Math.max(0, ...gaps) / 100) / 10;
}
