import { describe, expect, it } from 'vitest';
import type { SendOutcome } from '../../src/domain/deliveries/outcome.ts';
import type { RelayChange, RelayOptions } from '../../src/relay/relay.ts';
import { connectBySocket, type OpenConnection } from '../../src/relay/session/connection.ts';
import { waitUntil } from '../support/wait-until.ts';
import { buildMessage, useRelayFixture } from './support/relays.ts';
import type { ScriptedRelay } from './support/scripted-relay.ts';
import { createFakeTimers } from './support/timers.ts';

const { relayWith, scripted } = useRelayFixture();

function relaysTo(servers: readonly ScriptedRelay[], options: Partial<RelayOptions> = {}) {
  const timers = createFakeTimers();
  const changes: RelayChange[] = [];
  const relay = relayWith({
    urls: servers.map(({ url }) => url),
    maxConnections: 2,
    onChange: (change) => changes.push(change),
    ...options,
    timers,
  });
  return { relay, timers, changes };
}

const DOWN = { say: '421 4.3.2 Going down', thenDrop: true } as const;

describe('A relay that refuses every connection', () => {
  it('A relay that refuses three connections is down, reports it, and is not used until its probe', async () => {
    const server = await scripted();
    server.script((step) => (step === 'greeting' ? DOWN : undefined));
    const { relay, timers, changes } = relaysTo([server]);
    const outcome = await relay.send(buildMessage());
    expect(outcome).toMatchObject({
      kind: 'unsent',
      relay: server.name,
      problem: expect.stringContaining('421 4.3.2 Going down'),
    });
    expect(server.connections).toBe(3);
    expect(relay.isAvailable()).toBe(false);
    expect(changes).toEqual([
      {
        relay: server.name,
        isAvailable: false,
        sentence: `The relay ${server.name} is down: ${server.name} refused the connection: “421 4.3.2 Going down”. It is tried again in 1 s.`,
      },
    ]);
    const next = await relay.send(buildMessage());
    expect(next).toMatchObject({ kind: 'unsent', problem: changes[0]?.sentence });
    expect(server.connections).toBe(3);
    timers.advance(1);
    await waitUntil(() => changes.length === 2);
    expect(server.connections).toBe(4);
    expect(changes[1]?.sentence).toContain('It is tried again in 2 s.');
  });

  it('A relay that is down is probed at growing intervals, and used again once a probe succeeds', async () => {
    const server = await scripted();
    server.script((step) => (step === 'connect' ? { drop: true } : undefined));
    let begun = 0;
    const connect: OpenConnection = (...args) => {
      begun += 1;
      return connectBySocket()(...args);
    };
    const { relay, timers, changes } = relaysTo([server], { connect });
    await relay.send(buildMessage());
    const waits: number[] = [];
    for (let probe = 1; probe <= 8; probe += 1) {
      let waited = 0;
      for (; begun < 3 + probe && waited < 100; waited += 1) timers.advance(1);
      await waitUntil(() => changes.length > probe);
      waits.push(waited);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    server.script(() => undefined);
    timers.advance(60);
    await waitUntil(() => relay.isAvailable());
    expect(changes.at(-1)).toEqual({
      relay: server.name,
      isAvailable: true,
      sentence: `The relay ${server.name} is up again.`,
    });
    expect(await relay.send(buildMessage())).toMatchObject({ kind: 'answered' });
    expect(server.connections).toBe(12);
  });

  it('All messages that wait for a relay that goes down are unsent at once', async () => {
    const server = await scripted();
    server.script((step) => (step === 'greeting' ? DOWN : undefined));
    const { relay } = relaysTo([server]);
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, () => relay.send(buildMessage())),
    );
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['unsent']));
    expect(server.connections).toBeLessThanOrEqual(4);
  });
});

describe('A relay that accepts connections and replies 421 to everything', () => {
  it.each(['MAIL', 'RCPT', 'DATA', 'dot'] as const)(
    'A relay that replies 421 at %s is down after three connections, and probed at growing intervals',
    async (at) => {
      const server = await scripted();
      server.script((step) => (step === at ? DOWN : undefined));
      const { relay, timers, changes } = relaysTo([server], { maxConnections: 1 });
      for (let n = 1; n <= 3; n += 1) {
        expect(relay.isAvailable()).toBe(true);
        await relay.send(buildMessage());
        await waitUntil(() => server.connections === n && server.open === 0);
      }
      expect(relay.isAvailable()).toBe(false);
      expect(changes).toMatchObject([
        { isAvailable: false, sentence: expect.stringContaining('421') },
      ]);
      for (const seconds of [1, 2, 4]) {
        expect(changes.at(-1)?.sentence).toContain(`It is tried again in ${seconds} s.`);
        timers.advance(seconds);
        await waitUntil(() => relay.isAvailable());
        await relay.send(buildMessage());
        await waitUntil(() => !relay.isAvailable());
      }
      server.script(() => undefined);
      timers.advance(8);
      await waitUntil(() => relay.isAvailable());
      expect(await relay.send(buildMessage())).toMatchObject({ kind: 'answered' });
    },
  );

  it('A relay that accepts a message on each connection before its 421 stays up', async () => {
    const server = await scripted();
    server.script((step, time) => (step === 'MAIL' && time % 2 === 0 ? DOWN : undefined));
    const { relay, changes } = relaysTo([server], { maxConnections: 1 });
    for (let n = 0; n < 8; n += 1) {
      expect(await relay.send(buildMessage())).toMatchObject({ kind: 'answered' });
    }
    expect(server.connections).toBe(8);
    expect(changes).toEqual([]);
  });
});

describe('A relay that breaks off after every final dot', () => {
  it('A relay that answers no dot is down after a few messages, and is then offered one at a time', async () => {
    const server = await scripted();
    server.script((step) => (step === 'dot' ? { drop: true } : undefined));
    const { relay, timers, changes } = relaysTo([server], { maxConnections: 5 });
    const outcomes = await Promise.all(
      Array.from({ length: 500 }, () => relay.send(buildMessage())),
    );
    const unknown = outcomes.filter(({ kind }) => kind === 'unknown').length;
    expect(unknown).toBeGreaterThanOrEqual(3);
    expect(unknown).toBeLessThanOrEqual(7);
    expect(outcomes.filter(({ kind }) => kind === 'unsent')).toHaveLength(500 - unknown);
    expect(relay.isAvailable()).toBe(false);
    expect(changes).toMatchObject([
      { isAvailable: false, sentence: expect.stringContaining('closed the connection') },
    ]);

    timers.advance(1);
    await waitUntil(() => relay.isAvailable());
    const onProbation = await Promise.all([1, 2, 3].map(() => relay.send(buildMessage())));
    expect(onProbation.map(({ kind }) => kind).sort()).toEqual(['unknown', 'unsent', 'unsent']);
    expect(changes.map(({ isAvailable }) => isAvailable)).toEqual([false, false]);

    server.script(() => undefined);
    timers.advance(2);
    await waitUntil(() => relay.isAvailable());
    const healed = await Promise.all(Array.from({ length: 20 }, () => relay.send(buildMessage())));
    expect(new Set(healed.map(({ kind }) => kind))).toEqual(new Set(['answered']));
    expect(changes.map(({ isAvailable }) => isAvailable)).toEqual([false, false, true]);
  });

  it('A relay that answers some dots stays up', async () => {
    const server = await scripted();
    server.script((step, time) => (step === 'dot' && time % 3 !== 0 ? { drop: true } : undefined));
    const { relay, changes } = relaysTo([server], { maxConnections: 1 });
    for (let n = 1; n <= 12; n += 1) await relay.send(buildMessage());
    expect(changes).toEqual([]);
  });
});

describe('A 421 before the dot', () => {
  it('A 421 at MAIL says nothing of the recipient’s domain, which is not named yet', async () => {
    const server = await scripted();
    server.script((step) => (step === 'MAIL' ? DOWN : undefined));
    const { relay } = relaysTo([server]);
    const outcome = await relay.send(buildMessage());
    expect(outcome).toMatchObject({ kind: 'unsent' });
    expect(outcome).not.toHaveProperty('requestsBackoff');
  });

  it.each(['RCPT', 'DATA'] as const)(
    'A 421 at %s leaves the message unsent and requests back-off',
    async (at) => {
      const server = await scripted();
      server.script((step) => (step === at ? DOWN : undefined));
      const { relay } = relaysTo([server]);
      expect(await relay.send(buildMessage())).toMatchObject({
        kind: 'unsent',
        requestsBackoff: true,
      });
    },
  );

  it('A 421 in the greeting, or to another message, requests no back-off', async () => {
    const server = await scripted();
    server.script((step, time) => {
      if (step === 'greeting' && time > 1) return DOWN;
      return step === 'dot' ? DOWN : undefined;
    });
    const { relay } = relaysTo([server], { maxConnections: 1 });
    const outcomes = await Promise.all([relay.send(buildMessage()), relay.send(buildMessage())]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['answered', 'unsent']);
    expect(outcomes[1]).not.toHaveProperty('requestsBackoff');
  });

  it('A 421 is forgotten when another connection accepts the message at once', async () => {
    const server = await scripted();
    server.script((step, time) => (step === 'MAIL' && time === 2 ? DOWN : undefined));
    const { relay } = relaysTo([server], { maxConnections: 1 });
    await relay.send(buildMessage());
    expect(await relay.send(buildMessage())).toMatchObject({
      kind: 'answered',
      reply: { code: 250 },
    });
    expect(server.connections).toBe(2);
  });
});

describe('A relay that allows fewer connections than configured', () => {
  it('A relay that refuses further connections stays up and gets all messages over the others', async () => {
    const server = await scripted();
    server.script((step, time) => (step === 'greeting' && time > 1 ? DOWN : undefined));
    const { relay, changes } = relaysTo([server], { maxConnections: 10 });
    const first = await relay.send(buildMessage('first@example.org'));
    const rest = await Promise.all(
      Array.from({ length: 50 }, (_, n) => relay.send(buildMessage(`r${n}@example.org`))),
    );
    expect([first, ...rest].every(({ kind }) => kind === 'answered')).toBe(true);
    expect(server.messages).toHaveLength(51);
    expect(changes).toEqual([]);
    expect(server.connections).toBeLessThanOrEqual(20);
  });
});

describe('Several relays', () => {
  it('The second relay gets what the first cannot accept, and the first is used again once it is up', async () => {
    const [first, second] = [await scripted(), await scripted()];
    first.script((step) => (step === 'greeting' ? DOWN : undefined));
    const { relay, timers } = relaysTo([first, second]);
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => relay.send(buildMessage())));
    expect(outcomes).toEqual(Array(5).fill(expect.objectContaining({ relay: second.name })));
    expect(relay.isAvailable()).toBe(true);
    first.script(() => undefined);
    timers.advance(1);
    await first.waitForStep('EHLO');
    let outcome: SendOutcome;
    do outcome = await relay.send(buildMessage());
    while (outcome.relay === second.name);
    expect(outcome).toMatchObject({ kind: 'answered', relay: first.name });
  });

  it('The second relay is used after half a minute in which the first has not greeted', async () => {
    const [first, second] = [await scripted(), await scripted()];
    first.script((step) => (step === 'greeting' ? { hang: true } : undefined));
    const { relay, timers, changes } = relaysTo([first, second], { maxConnections: 3 });
    const outcomes: SendOutcome[] = [];
    for (let n = 0; n < 3; n += 1) relay.send(buildMessage()).then((each) => outcomes.push(each));
    await first.waitForStep('greeting', 3);
    timers.advance(30);
    expect(changes).toEqual([]);
    timers.advance(1);
    await waitUntil(() => outcomes.length === 3);
    expect(outcomes).toEqual(Array(3).fill(expect.objectContaining({ relay: second.name })));
    expect(changes).toMatchObject([{ relay: first.name, isAvailable: false }]);
  });

  it.each([
    ['a reply', { say: '451 4.3.0 Later' }, 'answered'],
    ['a break after the dot', { drop: true }, 'unknown'],
  ] as const)('The second relay gets nothing after %s of the first', async (_what, act, kind) => {
    const [first, second] = [await scripted(), await scripted()];
    first.script((step) => (step === 'dot' ? act : undefined));
    const { relay } = relaysTo([first, second]);
    expect(await relay.send(buildMessage())).toMatchObject({ kind, relay: first.name });
    expect(second.connections).toBe(0);
  });

  it('A message is unsent at once when all relays are down', async () => {
    const [first, second] = [await scripted(), await scripted()];
    for (const each of [first, second])
      each.script((step) => (step === 'connect' ? { drop: true } : undefined));
    const { relay } = relaysTo([first, second]);
    await relay.send(buildMessage());
    expect(relay.isAvailable()).toBe(false);
    expect(await relay.send(buildMessage())).toMatchObject({
      kind: 'unsent',
      problem: expect.stringMatching(/is down: .+ It is tried again in 1 s\.$/),
    });
    expect([first.connections, second.connections]).toEqual([3, 3]);
  });
});

describe('An idle connection', () => {
  it('An idle connection that the relay closed is not used again', async () => {
    const server = await scripted();
    const { relay } = relaysTo([server]);
    await relay.send(buildMessage());
    server.dropAll();
    await waitUntil(() => server.connections === 1);
    expect(await relay.send(buildMessage())).toMatchObject({ kind: 'answered' });
    expect(server.messages).toHaveLength(2);
  });

  it('An idle connection is closed with QUIT after half a minute', async () => {
    const server = await scripted();
    const { relay, timers } = relaysTo([server]);
    await relay.send(buildMessage());
    timers.advance(30);
    expect(server.lines).not.toContain('QUIT');
    timers.advance(1);
    await server.waitForStep('QUIT');
    expect(await relay.send(buildMessage())).toMatchObject({ kind: 'answered' });
    expect(server.connections).toBe(2);
  });
});

describe('Closing', () => {
  it('Closing sends QUIT on every connection and accepts no further message', async () => {
    const server = await scripted();
    const { relay } = relaysTo([server]);
    await Promise.all([relay.send(buildMessage()), relay.send(buildMessage())]);
    const closing = relay.close();
    expect(relay.isAvailable()).toBe(false);
    expect(await relay.send(buildMessage())).toMatchObject({ kind: 'cancelled' });
    server.script((step) => (step === 'QUIT' ? { say: '221 Bye', thenDrop: true } : undefined));
    await closing;
    expect(server.lines.filter((line) => line === 'QUIT')).toHaveLength(2);
  });

  it('Closing waits for messages in flight; after the grace period those behind their dot are unknown, the others cancelled', async () => {
    const server = await scripted();
    server.script((step) => (step === 'dot' ? { hang: true } : undefined));
    const { relay, timers } = relaysTo([server]);
    const sending = Promise.all(Array.from({ length: 6 }, () => relay.send(buildMessage())));
    await server.waitForStep('dot', 2);
    let isClosed = false;
    const closing = relay.close({ graceMs: 5000 }).then(() => {
      isClosed = true;
    });
    timers.advance(5);
    await new Promise(setImmediate);
    expect(isClosed).toBe(false);
    timers.advance(1);
    const kinds = (await sending).map(({ kind }) => kind).sort();
    expect(kinds).toEqual([
      ...['cancelled', 'cancelled', 'cancelled', 'cancelled', 'unknown', 'unknown'],
    ]);
    await closing;
  });

  it('Closing cancels messages that wait for a permit', async () => {
    const server = await scripted();
    const { relay, timers } = relaysTo([server], {
      acquirePermit: () => new Promise(() => undefined),
    });
    const sending = relay.send(buildMessage());
    const closing = relay.close({ graceMs: 1000 });
    timers.advance(2);
    expect(await sending).toMatchObject({ kind: 'cancelled' });
    await closing;
  });
});

describe('A permit', () => {
  it('Each message waits for a permit of its relay', async () => {
    const server = await scripted();
    const asked: string[] = [];
    const grants: (() => void)[] = [];
    const { relay } = relaysTo([server], {
      acquirePermit: (name) => {
        asked.push(name);
        return new Promise((resolve) => grants.push(resolve));
      },
    });
    const sending = [relay.send(buildMessage()), relay.send(buildMessage())];
    await new Promise(setImmediate);
    expect(server.connections).toBe(0);
    grants[0]?.();
    expect(await sending[0]).toMatchObject({ kind: 'answered' });
    expect(server.messages).toHaveLength(1);
    grants[1]?.();
    await sending[1];
    expect(asked).toEqual([server.name, server.name]);
  });
});
