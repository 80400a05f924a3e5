import { describe, expect, it } from 'vitest';
import type { DeliveryState } from '../../src/domain/deliveries/delivery.ts';
import { checkInvariants, type InvariantInput } from './check-invariants.ts';

describe('the checker', () => {
  it('finds nothing wrong with a digest that everybody got once', () => {
    const { counts, violations } = checkInvariants(evidence(['sent', 'sent', 'sent']));
    expect(violations).toEqual([]);
    expect(counts).toMatchObject({ readers: 3, accepted: 3, accepted_twice: 0, lost: 0 });
  });

  it('allows what was accepted to be unknown, as many as the kills explain', () => {
    const given = { acceptances: times(1, 1, 0), sendingAtKills: [2], mostInFlight: 2 };
    const states: DeliveryState[] = ['sent', 'unknown', 'unknown'];
    expect(checkInvariants(evidence(states, given)).violations).toEqual([]);
    expect(checkInvariants(evidence(states, { ...given, sendingAtKills: [] })).violations).toEqual([
      '2 deliveries are unknown, 0 kills explain 0: 1 (unknown), 2 (unknown)',
    ]);
  });

  it.each<[string, Partial<InvariantInput>, DeliveryState[], string]>([
    [
      'a second mail',
      { acceptances: times(2, 1, 1) },
      ['sent', 'sent', 'sent'],
      '1 accepted twice: 0',
    ],
    [
      'a delivery that nobody ends',
      { acceptances: times(1, 1, 0) },
      ['sent', 'sent', 'deferred'],
      '1 lost, neither mailed nor ended: 2 (deferred)',
    ],
    [
      'a mail that was recorded but never accepted',
      { acceptances: times(1, 1, 0) },
      ['sent', 'sent', 'sent'],
      '1 lost, recorded as sent but never accepted: 2 (sent)',
    ],
    [
      'a mail that was accepted and is denied',
      {},
      ['sent', 'sent', 'failed'],
      '1 accepted, but recorded as neither sent nor unknown: 2 (failed)',
    ],
    [
      'a kill that left too many in flight',
      { sendingAtKills: [11] },
      ['sent', 'sent', 'sent'],
      'a kill left 11 deliveries unknown, the bound is 10',
    ],
    [
      'a status whose states do not make the audience',
      { status: { audience: 3, states: { sent: 2 } } },
      ['sent', 'sent', 'sent'],
      'the states of digest status make 2, the audience is 3',
    ],
    [
      'a mail to somebody else',
      { acceptances: new Map([...times(1, 1, 1), ['eve@example.org', 1]]) },
      ['sent', 'sent', 'sent'],
      '1 mailed without being in the audience: eve@example.org',
    ],
  ])('names %s', (_what, given, states, violation) => {
    expect(checkInvariants(evidence(states, given)).violations).toContain(violation);
  });

  it('names a reader without a row, and one with two', () => {
    const given = evidence(['sent', 'sent', 'sent']);
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

/** Readers 0, 1 and on in the states given; each was mailed once unless told otherwise. */
function evidence(states: DeliveryState[], given: Partial<InvariantInput> = {}): InvariantInput {
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
