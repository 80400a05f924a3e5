import { describe, expect, it } from 'vitest';
import type { DeliveryState } from '../../src/domain/deliveries/delivery.ts';
import { checkInvariants, type InvariantInput } from './check-invariants.ts';

describe('checkInvariants', () => {
  it('A digest that everybody got once violates nothing', () => {
    const { counts, violations } = checkInvariants(buildInput(['sent', 'sent', 'sent']));
    expect(violations).toEqual([]);
    expect(counts).toMatchObject({ subscribers: 3, accepted: 3, accepted_twice: 0, lost: 0 });
  });

  it('Accepted deliveries may be unknown, as many as the kills explain', () => {
    const given = { acceptances: times(1, 1, 0), sendingAtKills: [2], maxInFlight: 2 };
    const states: DeliveryState[] = ['sent', 'unknown', 'unknown'];
    expect(checkInvariants(buildInput(states, given)).violations).toEqual([]);
    expect(
      checkInvariants(buildInput(states, { ...given, sendingAtKills: [] })).violations,
    ).toEqual(['2 deliveries are unknown, 0 kills explain 0: 1 (unknown), 2 (unknown)']);
  });

  it.each<[string, Partial<InvariantInput>, DeliveryState[], string]>([
    [
      'a mail accepted twice',
      { acceptances: times(2, 1, 1) },
      ['sent', 'sent', 'sent'],
      '1 accepted twice: 0',
    ],
    [
      'a delivery that never ends',
      { acceptances: times(1, 1, 0) },
      ['sent', 'sent', 'deferred'],
      '1 lost, neither sent nor ended: 2 (deferred)',
    ],
    [
      'a mail recorded as sent but never accepted',
      { acceptances: times(1, 1, 0) },
      ['sent', 'sent', 'sent'],
      '1 lost, recorded as sent but never accepted: 2 (sent)',
    ],
    [
      'a mail accepted but recorded as failed',
      {},
      ['sent', 'sent', 'failed'],
      '1 accepted, but recorded as neither sent nor unknown: 2 (failed)',
    ],
    [
      'a kill that left too many deliveries in flight',
      { sendingAtKills: [11] },
      ['sent', 'sent', 'sent'],
      'a kill left 11 deliveries unknown, the limit is 10',
    ],
    [
      'a status whose states do not add up to the audience',
      { status: { audience: 3, states: { sent: 2 } } },
      ['sent', 'sent', 'sent'],
      'the states of digest status add up to 2, the audience is 3',
    ],
    [
      'a mail to an address outside the audience',
      { acceptances: new Map([...times(1, 1, 1), ['eve@example.org', 1]]) },
      ['sent', 'sent', 'sent'],
      '1 mailed without being in the audience: eve@example.org',
    ],
  ])('The check reports %s', (_what, given, states, violation) => {
    expect(checkInvariants(buildInput(states, given)).violations).toContain(violation);
  });

  it('The check reports a subscriber without a row and one with two rows', () => {
    const given = buildInput(['sent', 'sent', 'sent']);
    const [first, second] = given.rows;
    if (!first || !second) throw new Error('There are three rows.');
    const { counts, violations } = checkInvariants({ ...given, rows: [first, first, second] });
    expect(violations).toContain('2 not in exactly one state: 0, 2');
    expect(counts.unaccounted).toBe(2);
  });
});

const emailOf = (id: number) => `r${id}@example.org`;

function times(...counts: number[]): Map<string, number> {
  return new Map(counts.map((count, id) => [emailOf(id), count]));
}

/** Subscribers 0, 1, … in the given states, each mailed once unless `given` says otherwise. */
function buildInput(states: DeliveryState[], given: Partial<InvariantInput> = {}): InvariantInput {
  const rows = states.map((state, subscriberId) => ({
    ...{ subscriberId, state },
    ...{ attempts: 1, detail: null, reply: null, retryDelaySeconds: 0 },
  }));
  const counts: Record<string, number> = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return {
    audience: new Map(states.map((_state, id) => [id, emailOf(id)])),
    rows,
    acceptances: times(...states.map(() => 1)),
    status: { audience: states.length, states: counts },
    ...{ sendingAtKills: [], maxInFlight: 10, allowedUnknown: 0 },
    ...given,
  };
}
