import { describe, expect, it } from 'vitest';
import type { SendOutcome } from '../../../src/domain/deliveries/outcome.ts';
import type { Message } from '../../../src/domain/smtp/message.ts';
import { advanceWindow } from '../../../src/services/deliveries/advance-window.ts';
import type { ReadyMail } from '../../../src/services/deliveries/attempt.ts';
import { createBatchTracker } from '../../../src/services/deliveries/batch-progress.ts';
import {
  createWindowState,
  type WindowCommand,
  type WindowCommit,
  type WindowEntry,
  type WindowEvent,
} from '../../../src/services/deliveries/window-state.ts';

const SLOT = { relayIndex: 0 };
const NOW = new Date('2026-05-08T07:00:00Z');

describe('The in-flight window', () => {
  it('No mail is recorded as being sent before the relay has room for it', () => {
    const window = openWindow();
    expect(window.add(5)).toEqual(['request 4', 'check later']);
    expect(window.apply({ kind: 'slots', slots: [SLOT], refused: 0 })).toEqual(['commit 0 + 1']);
    expect(window.state.inFlight).toBe(1);
    expect(window.apply({ kind: 'slots', slots: [SLOT, SLOT, SLOT], refused: 0 })).toEqual([]);
    window.record();
    expect(window.committed()).toEqual(['commit 0 + 3']);
    expect(window.state.inFlight).toBe(4);
  });

  it('A mail that may not be sent any more leaves its slot to the next one', () => {
    const window = openWindow();
    window.add(2);
    window.apply({ kind: 'slots', slots: [SLOT], refused: 1 });
    expect(window.record([])).toEqual(['recorded 0']);
    expect(window.state.slots).toHaveLength(1);
    expect(window.committed()).toEqual(['batch started', 'commit 1 + 1']);
  });

  it('A mail that was cancelled is given back without an attempt', () => {
    const window = openWindow();
    window.add(1);
    window.apply({ kind: 'slots', slots: [SLOT], refused: 0 });
    const [entry] = window.lastCommit().next.map((next) => next.entry);
    expect(window.record()).toEqual(['recorded 0', 'send']);
    window.committed();
    if (!entry) throw new Error('Nothing was sent.');
    const outcome: SendOutcome = { kind: 'cancelled', problem: '', relay: '' };
    const result = {
      ...{ subscriberId: 1, leaseId: 1, attempts: 1, nextAt: NOW },
      state: 'pending' as const,
    };
    const attempt = { entry: entry.ready, outcome, result };
    expect(window.apply({ kind: 'attempted', entry, attempt })).toEqual(['commit 1 + 0']);
    expect(window.lastCommit().results).toMatchObject([
      { attempt: null, record: { state: 'pending', nextAt: NOW } },
    ]);
    expect(window.lastCommit().results[0]?.record).not.toHaveProperty('relay');
  });

  it('What waits is dropped as soon as nothing may be sent, and unused slots are given back', () => {
    const window = openWindow();
    window.add(3);
    window.conditions.canSend = false;
    expect(window.apply({ kind: 'checked' })).toEqual(['batch started', 'batch ended']);
    expect(window.apply({ kind: 'slots', slots: [SLOT, SLOT], refused: 1 })).toEqual(['release 2']);
    expect(window.state).toMatchObject({ inFlight: 0, slots: [], requestedSlots: 0 });
  });

  it('Slots for mails that their domain blocks are given back', () => {
    const window = openWindow();
    window.add(1);
    window.apply({ kind: 'slots', slots: [SLOT], refused: 0 });
    const [entry] = window.lastCommit().next.map((next) => next.entry);
    window.record();
    window.committed();
    if (!entry) throw new Error('Nothing was sent.');
    const outcome: SendOutcome = {
      ...{ kind: 'unsent', problem: '421', relay: 'r' },
      requestsBackoff: true,
    };
    const result = { subscriberId: 1, leaseId: 1, attempts: 1, state: 'deferred' as const };
    window.apply({ kind: 'attempted', entry, attempt: { entry: entry.ready, outcome, result } });
    window.record();
    window.committed();
    expect(window.add(2)).toContain('request 2');
    expect(window.apply({ kind: 'slots', slots: [SLOT, SLOT], refused: 0 })).toEqual([
      'batch started',
      'postpone 2',
    ]);
    expect(window.apply({ kind: 'checked' })).toEqual(['release 2']);
  });

  it('A commit that fails gives its slots back and leaves nothing in flight', () => {
    const window = openWindow();
    window.add(2);
    window.apply({ kind: 'slots', slots: [SLOT, SLOT], refused: 0 });
    const failed = { kind: 'recordFailed', commit: window.lastCommit(), error: 'gone' } as const;
    expect(window.apply(failed)).toEqual(['batch failed', 'batch failed']);
    expect(window.committed()).toEqual(['release 2']);
    expect(window.state.inFlight).toBe(0);
  });
});

/** A window of four messages: tests say what the relay and the database do. */
function openWindow() {
  const state = createWindowState(4);
  const conditions = { now: NOW, canSend: true };
  const commits: WindowCommit[] = [];
  const apply = (event: WindowEvent) =>
    advanceWindow(state, event, conditions).map((command) => {
      if (command.kind === 'commit') commits.push(...command.commits);
      return describeCommand(command);
    });
  const lastCommit = (): WindowCommit => {
    const commit = commits.at(-1);
    if (!commit) throw new Error('Nothing was committed.');
    return commit;
  };
  return {
    state,
    conditions,
    apply,
    lastCommit,
    add: (count: number) => {
      const { tracker } = createBatchTracker(count);
      const entries = Array.from({ length: count }, (_, n): WindowEntry => {
        return { ready: buildReadyMail(n + 1), tracker, hasStarted: false, isSending: false };
      });
      return apply({ kind: 'added', entries });
    },
    /** The last commit is recorded; by default its deliveries are sendable. */
    record: (sendable?: readonly number[]) => {
      const commit = lastCommit();
      const ids = commit.next.map(({ entry }) => entry.ready.subscriberId);
      return apply({ kind: 'recorded', commit, sendableIds: new Set(sendable ?? ids) });
    },
    committed: () => apply({ kind: 'committed' }),
  };
}

function buildReadyMail(subscriberId: number): ReadyMail {
  return {
    ...{ subscriberId, digestId: 1, leaseId: 1, attempts: 1, selection: [] },
    ...{ domain: 'example.org', emailKey: '', messageId: '', messageDate: NOW },
    ...{ expiresAt: new Date('2100-01-01'), firstDueAt: null },
    compose: () => ({}) as Message,
  };
}

/** The command in a word or two. */
function describeCommand(command: WindowCommand): string {
  switch (command.kind) {
    case 'requestSlots':
      return `request ${command.count}`;
    case 'releaseSlots':
      return `release ${command.slots.length}`;
    case 'commit':
      return command.commits
        .map(({ results, next }) => `commit ${results.length} + ${next.length}`)
        .join(', ');
    case 'postpone':
      return `postpone ${command.postponed.length}`;
    case 'reportRecorded':
      return `recorded ${command.attempts.length}`;
    default:
      return command.kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  }
}
