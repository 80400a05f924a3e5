import { describe, expect, it } from 'vitest';
import {
  canTransition,
  DELIVERY_STATES,
  DELIVERY_TRANSITIONS,
  type DeliveryState,
} from '../../../src/domain/deliveries/delivery.ts';

/** All states that can come after one, by any number of steps. */
function reachableFrom(state: DeliveryState, known = new Set<DeliveryState>()): Set<DeliveryState> {
  for (const next of DELIVERY_TRANSITIONS[state]) {
    if (known.has(next)) continue;
    known.add(next);
    reachableFrom(next, known);
  }
  return known;
}

describe('delivery states', () => {
  it('are nine, and each has its followers', () => {
    expect(DELIVERY_STATES).toHaveLength(9);
    expect(Object.keys(DELIVERY_TRANSITIONS).sort()).toEqual([...DELIVERY_STATES].sort());
  });

  it('end in sent, skipped and expired', () => {
    const ends = DELIVERY_STATES.filter((state) => DELIVERY_TRANSITIONS[state].length === 0);
    expect(ends.sort()).toEqual(['expired', 'sent', 'skipped']);
  });

  it('never lead from sending back to a state from which it is sent again unasked', () => {
    expect([...DELIVERY_TRANSITIONS.sending].sort()).toEqual([
      ...['deferred', 'expired', 'failed', 'sent', 'unknown'],
    ]);
  });

  it('leave failed and unknown only to be sent again by hand', () => {
    expect(DELIVERY_TRANSITIONS.failed).toEqual(['pending']);
    expect(DELIVERY_TRANSITIONS.unknown).toEqual(['pending']);
  });

  it('are reached through claimed and sending before anything is sent', () => {
    expect(DELIVERY_STATES.filter((state) => canTransition(state, 'sent'))).toEqual(['sending']);
    expect(DELIVERY_STATES.filter((state) => canTransition(state, 'sending'))).toEqual(['claimed']);
    expect(DELIVERY_STATES.filter((state) => canTransition(state, 'claimed'))).toEqual([
      ...['pending', 'deferred'],
    ]);
  });

  it('all come from pending', () => {
    expect([...reachableFrom('pending')].sort()).toEqual([...DELIVERY_STATES].sort());
  });

  it('never follow themselves', () => {
    expect(DELIVERY_STATES.filter((state) => canTransition(state, state))).toEqual([]);
  });
});
