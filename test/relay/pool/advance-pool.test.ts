import { describe, expect, it } from 'vitest';
import { advancePool, takeQueued } from '../../../src/relay/pool/advance-pool.ts';
import {
  countFreeSlots,
  createPoolState,
  type PoolCommand,
  type PoolEvent,
} from '../../../src/relay/pool/pool-state.ts';
import { isHealthy } from '../../../src/relay/pool/relay-health.ts';
import type { SmtpTransaction } from '../../../src/relay/session/smtp-transaction.ts';
import { buildMessage } from '../support/relays.ts';

const ACCEPTED = { code: 250, enhanced: null, text: 'Ok' };

describe('The slots of a relay', () => {
  it('A slot is granted only once a connection is open, and two for each', () => {
    const { apply, state } = openPool(2);
    expect(apply({ kind: 'want', count: 3 })).toEqual(['connect 1', 'connect 2']);
    expect(countFreeSlots(state)).toBe(0);
    expect(apply({ kind: 'opened', id: 1 })).toEqual(['grant 2']);
    apply({ kind: 'idle', id: 1 });
    expect(apply({ kind: 'opened', id: 2 })).toEqual(['grant 1']);
    expect(countFreeSlots(state)).toBe(1);
  });

  it('A slot that is used or given back is free again when its message is answered', () => {
    const { apply, state, message } = openPool(1);
    apply({ kind: 'want', count: 3 });
    apply({ kind: 'opened', id: 1 });
    apply({ kind: 'idle', id: 1 });
    const first = message({ hasSlot: true });
    expect(apply({ kind: 'push', transaction: first })).toEqual(['send 1']);
    expect(countFreeSlots(state)).toBe(0);
    expect(apply({ kind: 'answered', id: 1, transaction: first, reply: ACCEPTED })).toEqual([
      'answered',
      'grant 1',
    ]);
    expect(apply({ kind: 'releaseSlot' })).toEqual([]);
    expect(countFreeSlots(state)).toBe(1);
  });

  it('A connection without a reply for two seconds has no room for a second message', () => {
    const { apply, state, message } = openPool(1);
    apply({ kind: 'want', count: 1 });
    apply({ kind: 'opened', id: 1 });
    apply({ kind: 'idle', id: 1 });
    apply({ kind: 'push', transaction: message({ hasSlot: true }) });
    expect(countFreeSlots(state)).toBe(1);
    apply({ kind: 'tick' });
    expect(countFreeSlots(state)).toBe(1);
    apply({ kind: 'tick' });
    expect(countFreeSlots(state)).toBe(0);
  });

  it('A message that must begin soon is given back after ten seconds without a connection', () => {
    const { apply, message } = openPool(1);
    apply({ kind: 'want', count: 1 });
    apply({ kind: 'opened', id: 1 });
    apply({ kind: 'ended', id: 1, problem: 'gone', isRefused: false, random: 0.5 });
    const late = message({ hasSlot: true, mustBeginSoon: true });
    const patient = message({});
    apply({ kind: 'push', transaction: late });
    apply({ kind: 'push', transaction: patient });
    for (let second = 0; second < 10; second += 1)
      expect(apply({ kind: 'tick' })).not.toContain('notBegun');
    expect(apply({ kind: 'tick' })).toContain('notBegun');
    for (let second = 0; second < 60; second += 1)
      expect(apply({ kind: 'tick' })).not.toContain('notBegun');
  });

  it('A message that must begin soon is given back in time, also behind one that may wait', () => {
    const { apply, message } = openPool(1);
    apply({ kind: 'want', count: 1 });
    apply({ kind: 'opened', id: 1 });
    apply({ kind: 'ended', id: 1, problem: 'gone', isRefused: false, random: 0.5 });
    apply({ kind: 'push', transaction: message({}) });
    apply({ kind: 'push', transaction: message({ hasSlot: true, mustBeginSoon: true }) });
    for (let second = 0; second < 10; second += 1)
      expect(apply({ kind: 'tick' })).not.toContain('notBegun');
    expect(apply({ kind: 'tick' })).toContain('notBegun');
  });

  it('A message that must begin soon is given back when it met a dead connection and gets no other', () => {
    const { apply, state, message } = openPool(1);
    apply({ kind: 'want', count: 1 });
    apply({ kind: 'opened', id: 1 });
    apply({ kind: 'idle', id: 1 });
    const late = message({ hasSlot: true, mustBeginSoon: true });
    apply({ kind: 'push', transaction: late });
    for (let second = 0; second < 30; second += 1) apply({ kind: 'tick' });
    apply({ kind: 'unsent', transaction: late, problem: 'gone', isStale: true, maySend: true });
    for (let second = 0; second < 10; second += 1)
      expect(apply({ kind: 'tick' })).not.toContain('notBegun');
    expect(apply({ kind: 'tick' })).toContain('notBegun');
    expect(state.retryQueue.length).toBe(0);
  });

  it('A relay that goes down grants nothing that was wanted, also once it is back', () => {
    const { apply, state } = openPool(3);
    apply({ kind: 'want', count: 3 });
    const ended = (id: number) =>
      apply({ kind: 'ended', id, problem: 'refused', isRefused: false, random: 0.5 });
    ended(1);
    ended(2);
    expect(ended(3)).toContain('report down');
    expect(isHealthy(state.health)).toBe(false);
    apply({ kind: 'tick' });
    expect(apply({ kind: 'opened', id: state.lastSessionId })).toEqual(['report up']);
    expect(state.reserved).toBe(0);
  });
});

describe('The connections of a relay', () => {
  it('A message that met a dead connection is tried once more, on a new connection', () => {
    const { apply, message } = openPool(1);
    const first = message({});
    apply({ kind: 'push', transaction: first });
    apply({ kind: 'opened', id: 1 });
    apply({ kind: 'idle', id: 1 });
    const unsent = (transaction: SmtpTransaction): PoolEvent => {
      return { kind: 'unsent', transaction, problem: 'gone', isStale: true, maySend: true };
    };
    expect(apply(unsent(first))).toEqual([]);
    expect(apply({ kind: 'ended', id: 1, problem: 'gone', isRefused: false, random: 0.5 })).toEqual(
      ['connect 2'],
    );
    expect(apply(unsent(first))).toEqual(['unsent']);
  });

  it('A connection that fails while another works is no outage, and is not tried again for ten seconds', () => {
    const { apply, message, state } = openPool(2);
    for (let n = 0; n < 4; n += 1) apply({ kind: 'push', transaction: message({}) });
    apply({ kind: 'opened', id: 1 });
    expect(takeQueued(state, false)).not.toBeNull();
    const failed = { kind: 'ended', problem: '421', isRefused: false, random: 0.5 } as const;
    expect(apply({ ...failed, id: 2 })).toEqual([]);
    for (let second = 1; second < 10; second += 1) expect(apply({ kind: 'tick' })).toEqual([]);
    expect(apply({ kind: 'tick' })).toEqual(['connect 3']);
    expect(isHealthy(state.health)).toBe(true);
  });

  it('A relay is probed until it is back, also when a probe fails while an old connection still waits', () => {
    const { apply, state, message } = openPool(4);
    for (let n = 0; n < 4; n += 1) apply({ kind: 'push', transaction: message({}) });
    const ended = { kind: 'ended', problem: 'gone', isRefused: false, random: 0.5 } as const;
    const taken = [1, 2, 3, 4].flatMap((id) => {
      apply({ kind: 'opened', id });
      return takeQueued(state, false) ?? [];
    });
    for (const [at, transaction] of taken.slice(0, 3).entries()) {
      apply({ kind: 'unknown', transaction, problem: 'gone', random: 0.5 });
      apply({ ...ended, id: at + 1 });
    }
    expect(isHealthy(state.health)).toBe(false);
    const tickUntilProbe = () => {
      for (let second = 0; second < 100; second += 1)
        if (apply({ kind: 'tick' }).some((command) => command.startsWith('connect'))) return;
      throw new Error('The relay was not probed.');
    };
    tickUntilProbe();
    apply({ ...ended, id: 5 });
    tickUntilProbe();
    apply({ kind: 'opened', id: 6 });
    expect(isHealthy(state.health)).toBe(true);
  });

  it('A pool that closes quits idle connections, and is drained when the last one has ended', () => {
    const { apply } = openPool(2);
    apply({ kind: 'want', count: 3 });
    apply({ kind: 'opened', id: 1 });
    apply({ kind: 'idle', id: 1 });
    expect(apply({ kind: 'close' })).toEqual(['quit 1', 'end 2']);
    const ended = { kind: 'ended', problem: 'closed', isRefused: false, random: 0.5 } as const;
    expect(apply({ ...ended, id: 2 })).toEqual([]);
    expect(apply({ ...ended, id: 1 })).toEqual(['drained']);
  });
});

/** A pool without connections: tests say what these do. Commands are shown in a word or two. */
function openPool(maxConnections: number) {
  const state = createPoolState('relay.example.org:25', maxConnections);
  return {
    state,
    apply: (event: PoolEvent) => advancePool(state, event).map(describeCommand),
    message: (changes: Partial<SmtpTransaction>): SmtpTransaction => ({
      message: buildMessage(),
      maySend: () => true,
      resolve: () => undefined,
      ...{ relayIndex: 0, isRetried: false, isBackoffRequested: false, hasSlot: false },
      ...{ mustBeginSoon: false, queuedAtSeconds: 0, commands: { mail: '', rcpt: '' } },
      ...changes,
    }),
  };
}

function describeCommand(command: PoolCommand): string {
  if (command.kind === 'report') return `report ${command.isAvailable ? 'up' : 'down'}`;
  if (command.kind === 'grant') return `grant ${command.count}`;
  return 'id' in command ? `${command.kind} ${command.id}` : command.kind;
}
