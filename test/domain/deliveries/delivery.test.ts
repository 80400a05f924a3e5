import { describe, expect, it } from 'vitest';
import {
  canTransition,
  DELIVERY_STATES,
  DELIVERY_TRANSITIONS,
  type DeliveryState,
} from '../../../src/domain/deliveries/delivery.ts';

/** All states that can follow a state, by any number of transitions. */
function reachableFrom(state: DeliveryState, known = new Set<DeliveryState>()): Set<DeliveryState> {
  for (const next of DELIVERY_TRANSITIONS[state]) {
    if (known.has(next)) continue;
    known.add(next);
    reachableFrom(next, known);
  }
  return known;
}

describe('Delivery states', () => {
  it('Each of the nine delivery states has its transitions', () => {
    expect(DELIVERY_STATES).toHaveLength(9);
    expect(Object.keys(DELIVERY_TRANSITIONS).sort()).toEqual([...DELIVERY_STATES].sort());
  });

  it('The final states are sent and skipped', () => {
    const ends = DELIVERY_STATES.filter((state) => DELIVERY_TRANSITIONS[state].length === 0);
    expect(ends.sort()).toEqual(['sent', 'skipped']);
  });

  it('A delivery is sending until its result is known, or nobody can know it', () => {
    expect([...DELIVERY_TRANSITIONS.sending].sort()).toEqual([
      ...['deferred', 'expired', 'failed', 'pending', 'sent', 'unknown'],
    ]);
  });

  it('A failed, unknown or expired delivery can only be resent by an operator', () => {
    expect(DELIVERY_TRANSITIONS.failed).toEqual(['pending']);
    expect(DELIVERY_TRANSITIONS.expired).toEqual(['pending']);
  });

  it('What was unknown may become known later, or an operator resends it', () => {
    expect([...DELIVERY_TRANSITIONS.unknown].sort()).toEqual([
      ...['deferred', 'expired', 'failed', 'pending', 'sent'],
    ]);
  });

  it('A delivery is claimed and then sending before it is sent', () => {
    expect(DELIVERY_STATES.filter((state) => canTransition(state, 'sent'))).toEqual([
      ...['sending', 'unknown'],
    ]);
    expect(DELIVERY_STATES.filter((state) => canTransition(state, 'sending'))).toEqual(['claimed']);
    expect(DELIVERY_STATES.filter((state) => canTransition(state, 'claimed'))).toEqual([
      ...['pending', 'deferred'],
    ]);
  });

  it('Every state can be reached from pending', () => {
    expect([...reachableFrom('pending')].sort()).toEqual([...DELIVERY_STATES].sort());
  });

  it('No state follows itself', () => {
    expect(DELIVERY_STATES.filter((state) => canTransition(state, state))).toEqual([]);
  });
});
