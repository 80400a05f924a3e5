import { canTransition } from '../../../src/domain/deliveries/delivery.ts';
import { describe, type Evidence, groupBy, type StateChange } from './evidence.ts';

/** Checks the history of states: each change is one of the state machine, and no lease ever had
 *  more deliveries in `sending` than may be in flight. */
export function checkChanges({ changes, maxInFlight }: Evidence): {
  maxSending: number;
  violations: (string | null)[];
} {
  const wrong = changes.filter(({ from, to }) => !canTransition(from, to));
  const byLease = groupBy(
    changes.filter(({ leaseId }) => leaseId !== null),
    ({ leaseId }) => leaseId,
  );
  const peaks = [...byLease.values()].map(findMaxSending);
  const maxSending = Math.max(0, ...peaks);
  return {
    maxSending,
    violations: [
      describe(
        'changes of state that the state machine forbids',
        wrong.map(({ subscriberId, from, to }) => `${subscriberId} (${from} → ${to})`),
      ),
      maxSending > maxInFlight
        ? `a process had ${maxSending} deliveries in “sending”, the limit is ${maxInFlight}`
        : null,
    ],
  };
}

/** The most deliveries in `sending` at one moment. The changes of a transaction count together. */
function findMaxSending(changes: readonly StateChange[]): number {
  let sending = 0;
  let most = 0;
  for (const committed of groupBy(changes, ({ transactionId }) => transactionId).values()) {
    for (const { from, to } of committed) {
      if (to === 'sending') sending += 1;
      if (from === 'sending') sending -= 1;
    }
    most = Math.max(most, sending);
  }
  return most;
}
