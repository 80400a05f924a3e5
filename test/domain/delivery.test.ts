import { describe, expect, it } from 'vitest';
import {
  DELIVERY_STATES,
  type DeliveryState,
  mayFollow,
  NEXT_STATES,
} from '../../src/domain/delivery.ts';

/** All states that can come after one, by any number of steps. */
function reachableFrom(state: DeliveryState, known = new Set<DeliveryState>()): Set<DeliveryState> {
  for (const next of NEXT_STATES[state]) {
    if (known.has(next)) continue;
    known.add(next);
    reachableFrom(next, known);
  }
  return known;
}

describe('delivery states', () => {
  it('are nine, and each has its followers', () => {
    expect(DELIVERY_STATES).toHaveLength(9);
    expect(Object.keys(NEXT_STATES).sort()).toEqual([...DELIVERY_STATES].sort());
  });

  it('end in sent, skipped and expired', () => {
    const ends = DELIVERY_STATES.filter((state) => NEXT_STATES[state].length === 0);
    expect(ends.sort()).toEqual(['expired', 'sent', 'skipped']);
  });

  it('never lead from sending back to a state from which it is sent again unasked', () => {
    expect([...NEXT_STATES.sending].sort()).toEqual([
      ...['deferred', 'expired', 'failed', 'sent', 'unknown'],
    ]);
  });

  it('leave failed and unknown only to be sent again by hand', () => {
    expect(NEXT_STATES.failed).toEqual(['pending']);
    expect(NEXT_STATES.unknown).toEqual(['pending']);
  });

  it('are reached through claimed and sending before anything is sent', () => {
    expect(DELIVERY_STATES.filter((state) => mayFollow(state, 'sent'))).toEqual(['sending']);
    expect(DELIVERY_STATES.filter((state) => mayFollow(state, 'sending'))).toEqual(['claimed']);
    expect(DELIVERY_STATES.filter((state) => mayFollow(state, 'claimed'))).toEqual([
      ...['pending', 'deferred'],
    ]);
  });

  it('all come from pending', () => {
    expect([...reachableFrom('pending')].sort()).toEqual([...DELIVERY_STATES].sort());
  });

  it('never follow themselves', () => {
    expect(DELIVERY_STATES.filter((state) => mayFollow(state, state))).toEqual([]);
  });
});
