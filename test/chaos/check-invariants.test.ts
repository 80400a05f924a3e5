import { describe, expect, it } from 'vitest';
import type { DeliveryState } from '../../src/domain/deliveries/delivery.ts';
import { checkInvariants } from './check-invariants.ts';
import type { Evidence, StateChange } from './checks/evidence.ts';
import type { SmtpTransaction } from './smtp/transactions.ts';

const PID = 41;
const LEASE = 7;
const START = 1_000_000;

describe('checkInvariants', () => {
  it('A digest that everybody got once violates nothing', () => {
    const { counts, violations } = checkInvariants(buildEvidence(['sent', 'sent', 'sent']));
    expect(violations).toEqual([]);
    expect(counts).toMatchObject({ deliveries: 3, accepted: 3, accepted_twice: 0, lost: 0 });
  });

  it('A mail accepted twice is reported, unless an operator resent it', () => {
    const evidence = buildEvidence(['sent', 'sent']);
    const twice = { ...evidence, transactions: [...evidence.transactions, accepted(0)] };
    expect(checkInvariants(twice).counts.accepted_twice).toBe(1);
    const resent = [change(0, 'sending', 'unknown'), change(0, 'unknown', 'pending')];
    const again = [...resent, change(0, 'pending', 'claimed'), change(0, 'claimed', 'sending')];
    const changes = [...evidence.changes.filter((each) => !isResult(each, 0)), ...again];
    const { violations } = checkInvariants({ ...twice, changes });
    expect(violations).toEqual([]);
  });

  it('A mail that was accepted may be skipped after an operator resent it', () => {
    const skipped = withState(buildEvidence(['sent', 'sent']), 1, 'skipped');
    const resent = [change(1, 'sending', 'unknown'), change(1, 'unknown', 'pending')];
    const changes = [...skipped.changes.filter((each) => !isResult(each, 1)), ...resent];
    const check = (given: Partial<Evidence>) =>
      checkInvariants({ ...skipped, expect: () => ({ allows: ['skipped'] }), ...given });
    const last = change(1, 'pending', 'skipped');
    expect(check({ changes: [...changes, last] }).violations).toEqual([]);
    const { violations } = check({ changes: [...changes.slice(0, -2), last] });
    expect(violations).toEqual([
      '1 accepted, but recorded as neither sent nor unknown: 1-1 (skipped)',
    ]);
  });

  it.each<[string, (evidence: Evidence) => Evidence, string]>([
    [
      'a delivery that never ends',
      (evidence) => withState(evidence, 2, 'deferred'),
      '1 lost, neither sent nor ended: 2 (deferred)',
    ],
    [
      'a mail recorded as sent but never accepted',
      (evidence) => ({ ...evidence, transactions: evidence.transactions.slice(0, 2) }),
      '1 recorded as sent, but the relay never said so: 2 (sent)',
    ],
    [
      'a mail recorded as sent although its reply was lost',
      (evidence) => withTransaction(evidence, 2, { reply: null }),
      '1 recorded as sent, but the relay never said so: 2 (sent)',
    ],
    [
      'a mail accepted but recorded as failed',
      (evidence) => withState(evidence, 2, 'failed'),
      '1 accepted, but recorded as neither sent nor unknown: 1-2 (failed)',
    ],
    [
      'a delivery that was skipped for no reason',
      (evidence) => withState(evidence, 2, 'skipped'),
      '1 in a state that nothing explains: 2 (skipped)',
    ],
    [
      'a delivery that expired for no reason',
      (evidence) => withState(evidence, 2, 'expired'),
      '1 in a state that nothing explains: 2 (expired)',
    ],
    [
      'a delivery that failed although the relay refused nothing',
      (evidence) => withTransaction(withState(evidence, 2, 'failed'), 2, { acceptedAt: null }),
      '1 in a state that nothing explains: 2 (failed)',
    ],
    [
      'an unknown delivery of a process that did not fail',
      (evidence) => withState(evidence, 2, 'unknown'),
      '1 needlessly unknown, no fault explains it: 2 (unknown)',
    ],
    [
      'a mail to an address outside the audience',
      (evidence) => ({
        ...evidence,
        transactions: [...evidence.transactions, transaction({ recipient: 'eve@example.org' })],
      }),
      '1 mailed without being in the audience: eve@example.org',
    ],
    [
      'a mail to the address of somebody else',
      (evidence) => withTransaction(evidence, 2, { recipient: emailOf(1) }),
      '1 mailed to the address of somebody else: 1-2',
    ],
    [
      'a retry with other bytes',
      (evidence) => ({
        ...evidence,
        transactions: [
          transaction({ messageId: messageIdOf(2), recipient: emailOf(2), hash: 'other' }),
          ...evidence.transactions,
        ],
        changes: [
          ...cycle(2, 'deferred'),
          change(2, 'deferred', 'claimed'),
          ...evidence.changes.slice(1),
        ],
      }),
      '1 sent again with other bytes: 1-2',
    ],
    [
      'a message that is transmitted more often than it was committed',
      (evidence) => ({
        ...evidence,
        transactions: [
          ...evidence.transactions,
          transaction({ messageId: messageIdOf(2), recipient: emailOf(2), hash: 'same' }),
        ],
      }),
      '1 transmitted more often than “sending” was committed: 1-2',
    ],
    [
      'a message that was begun before its delivery was `sending`',
      (evidence) => withTransaction(evidence, 2, { at: START - 100 }),
      '1 begun before “sending” was committed: 1-2',
    ],
    [
      'a change of state that the state machine forbids',
      (evidence) => ({ ...evidence, changes: [...evidence.changes, change(2, 'sent', 'pending')] }),
      '1 changes of state that the state machine forbids: 2 (sent → pending)',
    ],
    [
      'more deliveries in `sending` than may be in flight',
      (evidence) => ({ ...evidence, maxInFlight: 0 }),
      'a process had 1 deliveries in “sending”, the limit is 0',
    ],
    [
      'a batch that no sweep looks at again',
      (evidence) => ({ ...evidence, strandedBatches: ['1-4 (1 open, never due)'] }),
      '1 batches that no sweep looks at again: 1-4 (1 open, never due)',
    ],
    [
      'a subscriber who is missing in the audience',
      (evidence) => ({ ...evidence, expectedAudience: 4 }),
      '3 subscribers have a delivery, expected 4',
    ],
    [
      'a status whose states do not add up to the audience',
      (evidence) => ({ ...evidence, statuses: [{ audience: 3, states: { sent: 2 } }] }),
      'the states of digest status add up to 2, the audience is 3',
    ],
    [
      'a subscriber without a delivery and one with two',
      (evidence) => ({
        ...evidence,
        rows: [0, 0, 1].map((n) => evidence.rows[n] ?? fail()),
      }),
      '2 without exactly one delivery: 1-0, 2',
    ],
  ])('The check reports %s', (_what, spoil, violation) => {
    const evidence = buildEvidence(['sent', 'sent', 'sent']);
    expect(checkInvariants(spoil(evidence)).violations).toContain(violation);
  });

  it('Scenarios may expect certain states of certain deliveries, and then no others', () => {
    const sent = withTransaction(buildEvidence(['sent', 'sent']), 1, { acceptedAt: null });
    const evidence = withState(sent, 1, 'expired');
    const allowing = (...allows: DeliveryState[]) =>
      checkInvariants({
        ...evidence,
        expect: ({ subscriberId }) => (subscriberId === 1 ? { allows } : {}),
      });
    expect(allowing('expired').violations).toEqual([]);
    expect(allowing('skipped').violations).toHaveLength(1);
    const requiring = checkInvariants({ ...evidence, expect: () => ({ states: ['expired'] }) });
    expect(requiring.violations).toEqual([
      '1 recorded as sent, but the relay never said so: 0 (sent)',
    ]);
  });
});

describe('An unknown delivery', () => {
  const unknown = (given: Partial<Evidence>) =>
    checkInvariants({
      ...withTransaction(withState(buildEvidence(['sent', 'sent']), 1, 'unknown'), 1, {
        acceptedAt: null,
        messageId: null,
        hash: null,
        reply: null,
      }),
      ...given,
    });
  const killed = (at: number, pid = PID) => [{ pid, kind: 'killed' as const, at }];

  it('is explained when its process was killed while the relay had seen its RCPT', () => {
    const { violations, counts } = unknown({ faults: killed(START + 50), kills: 1 });
    expect(violations).toEqual([]);
    expect(counts).toMatchObject({
      ...{ unknown: 1, unknown_needless: 0, unknown_unseen: 0 },
      ...{ kills: 1, worst_unknown_per_process: 1 },
    });
  });

  it.each<[string, Partial<Evidence>]>([
    ['another process was killed', { faults: killed(START + 50, PID + 1) }],
    ['its process was killed long before', { faults: killed(START - 60_000) }],
    [
      'the relay never saw its RCPT and it had long been `sending` at the kill',
      { faults: killed(START + 20_000), seenAt: new Map() },
    ],
  ])('is needless when %s', (_what, given) => {
    const { violations, counts } = unknown(given);
    expect(violations).toEqual(['1 needlessly unknown, no fault explains it: 1 (unknown)']);
    expect(counts.unknown_needless).toBe(1);
  });

  it('counts as unseen when its process was killed just after the commit, before the RCPT', () => {
    const { violations, counts } = unknown({ faults: killed(START + 20), seenAt: new Map() });
    expect(violations).toEqual([]);
    expect(counts.unknown_unseen).toBe(1);
  });

  it('is explained when the relay took it and closed the connection', () => {
    const evidence = withState(buildEvidence(['sent', 'sent']), 1, 'unknown');
    const cut = withTransaction(evidence, 1, { reply: '354 Go on', cutAt: 'accepted' });
    expect(checkInvariants(cut).violations).toEqual([]);
  });

  it('is explained when the relay had seen its RCPT and the database has forgotten the attempt', () => {
    const forget = (given: Partial<Evidence>) => {
      const { changes } = buildEvidence(['sent', 'sent']);
      const left = changes.filter(({ subscriberId }) => subscriberId === 0);
      return unknown({ changes: [...left, change(1, 'pending', 'unknown')], ...given });
    };
    const faults = [{ pid: PID, kind: 'failed over' as const, at: START + 50 }];
    expect(forget({ faults }).violations).toEqual([]);
    expect(forget({ faults }).counts.unknown_needless).toBe(0);
    expect(forget({ faults, seenAt: new Map() }).counts.unknown_needless).toBe(1);
    expect(forget({ faults: [] }).counts.unknown_needless).toBe(1);
  });

  it('is reported when its process left more than may be in flight', () => {
    const { violations } = unknown({ faults: killed(START + 50), maxInFlight: 0 });
    expect(violations).toContain('a process left 1 deliveries unknown, the limit is 0');
  });
});

const emailOf = (id: number) => `r${id}@example.org`;
const messageIdOf = (id: number) => `<${id}@example.org>`;

function fail(): never {
  throw new Error('There is no such row.');
}

function isResult({ subscriberId, from }: StateChange, id: number): boolean {
  return subscriberId === id && from === 'sending';
}

let serial = 0;

function change(subscriberId: number, from: DeliveryState, to: DeliveryState): StateChange {
  serial += 1;
  return {
    ...{ digestId: 1, subscriberId, from, to, leaseId: LEASE },
    ...{ transactionId: String(serial), at: START },
  };
}

/** A claim and an attempt with this result. */
function cycle(subscriberId: number, result: DeliveryState): StateChange[] {
  return [
    change(subscriberId, 'pending', 'claimed'),
    change(subscriberId, 'claimed', 'sending'),
    change(subscriberId, 'sending', result),
  ];
}

function transaction(given: Partial<SmtpTransaction> = {}): SmtpTransaction {
  return {
    ...{ recipient: emailOf(0), listenerIndex: 0, at: START + 10, messageId: '<x@example.org>' },
    ...{ token: null, hash: 'same', acceptedAt: START + 20, reply: '250 Accepted', cutAt: null },
    ...given,
  };
}

function accepted(id: number): SmtpTransaction {
  return transaction({ recipient: emailOf(id), messageId: messageIdOf(id) });
}

/** Subscribers 0, 1, … in the given states, each mailed once, one after the other. */
function buildEvidence(states: DeliveryState[]): Evidence {
  const ids = states.map((_state, id) => id);
  return {
    audience: new Map(ids.map((id) => [id, emailOf(id)])),
    expectedAudience: states.length,
    rows: states.map((state, subscriberId) => ({
      ...{ digestId: 1, subscriberId, state, messageId: messageIdOf(subscriberId) },
      ...{ attempts: 1, detail: null, reply: null, retryDelaySeconds: 0 },
    })),
    changes: states.flatMap((state, id) => cycle(id, state)),
    pidByLease: new Map([[LEASE, PID]]),
    strandedBatches: [],
    transactions: ids.map(accepted),
    seenAt: new Map(ids.map((id) => [emailOf(id), [START + 10]])),
    ...{ faults: [], kills: 0, maxInFlight: 10, hasOneClock: true },
    statuses: [{ audience: states.length, states: countStates(states) }],
    expect: () => ({}),
    allowsMailTo: () => false,
  };
}

function countStates(states: readonly DeliveryState[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function withState(evidence: Evidence, id: number, state: DeliveryState): Evidence {
  const rows = evidence.rows.map((row) => (row.subscriberId === id ? { ...row, state } : row));
  return {
    ...evidence,
    rows,
    changes: evidence.changes.map((each) => (isResult(each, id) ? { ...each, to: state } : each)),
    statuses: [{ audience: rows.length, states: countStates(rows.map((row) => row.state)) }],
  };
}

function withTransaction(
  evidence: Evidence,
  id: number,
  given: Partial<SmtpTransaction>,
): Evidence {
  return {
    ...evidence,
    transactions: evidence.transactions.map((each) =>
      each.recipient === emailOf(id) ? { ...each, ...given } : each,
    ),
  };
}
