import { afterEach, describe, expect, it } from 'vitest';
import type { SendOutcome } from '../../../src/domain/deliveries/outcome.ts';
import type { Message } from '../../../src/domain/smtp/message.ts';
import type { Timers } from '../../../src/relay/timers.ts';
import type { ReadyMail } from '../../../src/services/deliveries/attempt.ts';
import {
  createInFlightWindow,
  type InFlightWindowDeps,
} from '../../../src/services/deliveries/in-flight-window.ts';

describe('The in-flight window', () => {
  it('The window does not spin while every waiting mail is blocked by a throttled domain', async () => {
    const replies: ((code: number) => void)[] = [];
    const now = { ms: 0 };
    const postponed: PostponedRow[] = [];
    const window = createTestWindow({
      send: () => new Promise((resolve) => replies.push((code) => resolve(answered(code)))),
      now,
      postponed,
    });
    const first = window.send([1, 2].map(ready)).ended;
    await settled();
    replies.shift()?.(421);
    await settled();
    now.ms = 60_000;
    // The domain allows one mail at once, which is in flight: these must wait.
    const second = window.send([3, 4, 5, 6, 7, 8].map(ready)).ended;
    await settled();
    expect(replies).toHaveLength(1);
    while (replies.length > 0) {
      replies.shift()?.(250);
      await settled();
    }
    expect(await first).toMatchObject({ sent: 1 });
    expect(await second).toMatchObject({ sent: 6 });
    expect(postponed).toEqual([]);
  });

  it('A domain backs off when a mail to it got a 421 before the final dot', async () => {
    const outcomes: SendOutcome[] = [
      { kind: 'unsent', problem: '421', relay: '', requestsBackoff: true },
      { kind: 'unsent', problem: 'The connection broke.', relay: '' },
    ];
    const send = async () => outcomes.shift() ?? answered(250);
    const postponed: PostponedRow[] = [];
    const window = createTestWindow({ send, now: { ms: 0 }, postponed });
    await window.send([{ ...ready(1), domain: 'slow.example' }]).ended;
    await window.send([ready(2)]).ended;
    const progress = await window.send([{ ...ready(3), domain: 'slow.example' }, ready(4)]).ended;
    expect(progress).toEqual({ sent: 1 });
    expect(postponed).toEqual([{ subscriberId: 3, leaseId: 1, nextAt: new Date(2000) }]);
  });

  it('Another batch can start when the rest of a batch only waits for a throttled domain', async () => {
    const replies: ((code: number) => void)[] = [];
    const now = { ms: 0 };
    const send = () =>
      new Promise<SendOutcome>((resolve) => replies.push((code) => resolve(answered(code))));
    const window = createTestWindow({ send, now });
    const first = window.send([ready(1)]);
    await settled();
    replies.shift()?.(421);
    await first.ended;
    now.ms = 60_000;
    // One of them is in flight, which is all that the domain allows.
    const slow = window.send([2, 3, 4].map(ready));
    await slow.started;
    await settled();
    expect(replies).toHaveLength(1);
    const quick = window.send([{ ...ready(5), domain: 'quick.example' }]);
    await quick.started;
    await settled();
    expect(replies).toHaveLength(2);
    // Without capacity, a batch waits.
    const mails = Array.from({ length: 9 }, (_, n) => ({
      ...ready(6 + n),
      domain: 'quick.example',
    }));
    let hasStarted = false;
    const full = window.send(mails);
    full.started.then(() => {
      hasStarted = true;
    });
    await settled();
    expect([replies.length, hasStarted]).toEqual([10, false]);
    while (replies.length > 0) {
      replies.shift()?.(250);
      await settled();
    }
    expect(hasStarted).toBe(true);
    expect(await slow.ended).toMatchObject({ sent: 3 });
    expect(await full.ended).toMatchObject({ sent: 9 });
  });

  it('Flushing resolves when every result known at its call is recorded', async () => {
    const commits: { results: number; end: () => void }[] = [];
    const window = createTestWindow({
      send: async () => answered(250),
      now: { ms: 0 },
      record: (_digestId, { results, next }) =>
        new Promise((resolve) => {
          const sendable = new Set(next.map(({ subscriberId }) => subscriberId));
          const end = () => resolve({ sendableIds: sendable });
          commits.push({ results: results.length, end });
        }),
    });
    await window.flush();
    window.send([ready(1)]);
    commits.shift()?.end();
    await settled();
    window.send([ready(2)]);
    let isRecorded = false;
    window.flush().then(() => {
      isRecorded = true;
    });
    await settled();
    expect([commits.map(({ results }) => results), isRecorded]).toEqual([[1], false]);
    commits.shift()?.end();
    await settled();
    commits.shift()?.end();
    await settled();
    expect(isRecorded).toBe(true);
  });

  it('The window has no more messages than its size while two digests commit at different speeds', async () => {
    const replies: (() => void)[] = [];
    const sending = new Set<string>();
    let most = 0;
    let end: (() => void) | undefined;
    const record: InFlightWindowDeps['record'] = async (digestId, { results, next }) => {
      // The commit of one digest may take long while that of the other is quick.
      if (digestId === 1 && results.length > 0) {
        await new Promise<void>((resolve) => {
          end = resolve;
        });
      }
      for (const { subscriberId } of results) sending.delete(`${digestId}-${subscriberId}`);
      for (const { subscriberId } of next) sending.add(`${digestId}-${subscriberId}`);
      most = Math.max(most, sending.size);
      return {
        sendableIds: new Set(next.map(({ subscriberId }) => subscriberId)),
      };
    };
    const send = () =>
      new Promise<SendOutcome>((resolve) => replies.push(() => resolve(answered(250))));
    const window = createTestWindow({ send, now: { ms: 0 }, record });
    const numbers = Array.from({ length: 10 }, (_, n) => n + 1);
    const first = window.send(numbers.map(ready)).ended;
    await settled();
    const second = window.send(numbers.map((n) => ({ ...ready(n), digestId: 2 }))).ended;
    while (replies.length > 0 || end) {
      for (const reply of replies.splice(0)) reply();
      await settled();
      end?.();
      end = undefined;
      await settled();
    }
    expect(await first).toMatchObject({ sent: 10 });
    expect(await second).toMatchObject({ sent: 10 });
    expect(most).toBe(10);
  });
});

type PostponedRow = Parameters<InFlightWindowDeps['recordPostponed']>[1][number];

function createTestWindow({
  send,
  now,
  postponed = [],
  record = async (_digestId, { next }) => ({
    sendableIds: new Set(next.map(({ subscriberId }) => subscriberId)),
  }),
}: {
  send: () => Promise<SendOutcome>;
  now: { ms: number };
  postponed?: PostponedRow[];
  record?: InFlightWindowDeps['record'];
}) {
  return createInFlightWindow({
    relay: {
      send,
      isAvailable: () => true,
      requestSlots: (count, listener) => listener(Array(count).fill({ relayIndex: 0 }), 0),
      releaseSlot: () => undefined,
    },
    record,
    recordPostponed: async (_digestId, rows) => void postponed.push(...rows),
    timers,
    onRecorded: () => {},
    isAlive: () => true,
    clock: () => new Date(now.ms),
    random: () => 0.5,
    maxInFlight: 10,
    stopping: new AbortController().signal,
  });
}

function ready(subscriberId: number): ReadyMail {
  return {
    ...{ subscriberId, digestId: 1, leaseId: 1, attempts: 1, selection: [] },
    ...{
      domain: 'example.org',
      emailKey: `${subscriberId}`,
      messageId: '',
      compose: () => ({}) as Message,
    },
    ...{ messageDate: new Date(0), expiresAt: new Date('2100-01-01'), firstDueAt: null },
  };
}

function answered(code: number): SendOutcome {
  return { kind: 'answered', relay: '', reply: { code, enhanced: null, text: '' } };
}

/** The lingering of the window, which a few turns of the event loop end. The check of every second
 *  is left out. */
const lingering = new Set<() => void>();
const timers: Timers = {
  every: () => () => undefined,
  after: (ms, run) => {
    if (ms >= 1000) return () => undefined;
    lingering.add(run);
    setImmediate(() => setImmediate(() => lingering.delete(run) && run()));
    return () => lingering.delete(run);
  },
};
afterEach(() => lingering.clear());

/** Resolves when the window does nothing more by itself. */
async function settled(): Promise<void> {
  for (let rounds = 0; rounds < 100; rounds += 1) {
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    if (lingering.size === 0) return;
  }
  throw new Error('The window spins.');
}
