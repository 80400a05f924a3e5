import { describe, expect, it } from 'vitest';
import type { SendOutcome } from '../../src/domain/deliveries/outcome.ts';
import { createSegment } from '../../src/domain/smtp/message.ts';
import type { Relay } from '../../src/relay/relay.ts';
import { waitUntil } from '../support/wait-until.ts';
import { buildMessage, useRelayFixture } from './support/relays.ts';
import type { Script, ScriptedRelay, SmtpStep } from './support/scripted-relay.ts';
import { createFakeTimers, type FakeTimers } from './support/timers.ts';

const { relayWith, scripted } = useRelayFixture();

function relayTo(server: ScriptedRelay, timers?: FakeTimers, connections = 1): Relay {
  const url = server.url.replace('//', '//ada:secret@');
  return relayWith({
    urls: [url],
    maxConnections: connections,
    heloName: 'papers.example.org',
    timers,
  });
}

const AUTH = 'AUTH PLAIN LOGIN';
const EXTENSION_SETS = [
  ['with PIPELINING', [AUTH, 'PIPELINING']],
  ['without PIPELINING', [AUTH]],
] as const;

/** `accepted`, `unsent`, `unknown`, or the code of the reply. */
function summarize(outcome: SendOutcome): string {
  if (outcome.kind !== 'answered') return outcome.kind;
  return outcome.reply.code === 250 ? 'accepted' : String(outcome.reply.code);
}

const REPLIES = [
  '421 4.3.2 Going down',
  '451 4.7.1 Come back later',
  '452 4.3.1 Disk full',
  '550 5.1.1 No such user',
  '552 5.2.2 Mailbox full',
  '554 5.7.1 Looks like spam',
] as const;

const FAULTS = ['drop', ...REPLIES] as const;

/** A script that does `fault` each time it reaches `at`. */
function always(at: SmtpStep, fault: (typeof FAULTS)[number]): Script {
  return (step) => {
    if (step !== at) return undefined;
    if (fault === 'drop') return { drop: true };
    return fault.startsWith('421') ? { say: fault, thenDrop: true } : { say: fault };
  };
}

const casesAt = (steps: readonly SmtpStep[]) =>
  EXTENSION_SETS.flatMap(([way, extensions]) =>
    steps.flatMap((step) => FAULTS.map((fault) => [way, step, fault, extensions] as const)),
  );

describe('A fault during the handshake', () => {
  it.each(casesAt(['connect', 'greeting', 'AUTH']))(
    'A message is unsent after a fault %s at %s: %s',
    async (_way, step, fault, extensions) => {
      const server = await scripted(extensions, always(step, fault));
      const relay = relayTo(server);
      const outcome = await relay.send(buildMessage());
      expect(outcome).toMatchObject({ kind: 'unsent', relay: server.name });
      if (step !== 'connect' && fault !== 'drop') {
        expect(outcome).toMatchObject({ problem: expect.stringContaining(fault.slice(0, 9)) });
      }
      expect(JSON.stringify(outcome)).not.toContain('secret');
      expect(server.messages).toEqual([]);
      expect(server.lines.filter((line) => line.startsWith('MAIL'))).toEqual([]);
    },
  );

  it.each(['drop', '421 4.3.2 Going down', '451 4.7.1 Later'] as const)(
    'A message is unsent after a fault at EHLO: %s',
    async (fault) => {
      const server = await scripted([AUTH], always('EHLO', fault as never));
      expect(summarize(await relayTo(server).send(buildMessage()))).toBe('unsent');
      expect(server.lines.some((line) => line.startsWith('HELO'))).toBe(false);
    },
  );

  it('A relay that supports only HELO accepts messages', async () => {
    const server = await scripted();
    server.script((step) => (step === 'EHLO' ? { say: '502 5.5.1 Unknown' } : undefined));
    const relay = relayWith({ urls: [server.url], maxConnections: 1, heloName: 'me.example.org' });
    expect(summarize(await relay.send(buildMessage()))).toBe('accepted');
    expect(server.lines).toEqual([
      'EHLO me.example.org',
      'HELO me.example.org',
      'MAIL FROM:<papers@example.com>',
      'RCPT TO:<ada@example.org>',
      'DATA',
    ]);
    expect(server.maxPipelined).toBe(1);
  });
});

describe('A fault in the envelope', () => {
  it.each(casesAt(['MAIL', 'RCPT', 'DATA']))(
    'A fault in the envelope %s at %s is the reply, unless it ends the session: %s',
    async (_way, step, fault, extensions) => {
      const server = await scripted(extensions, always(step, fault));
      const relay = relayTo(server);
      const isEnd = fault === 'drop' || fault.startsWith('421');
      expect(summarize(await relay.send(buildMessage()))).toBe(
        isEnd ? 'unsent' : fault.slice(0, 3),
      );
      // At most the lone dot of RFC 2920 §3.1.
      expect(server.messages.filter((text) => text !== '.\r\n')).toEqual([]);
      server.script(() => undefined);
      expect(summarize(await relay.send(buildMessage('bob@example.org')))).toBe('accepted');
      expect(server.connections).toBe(isEnd ? 2 : 1);
      expect(server.messages.at(-1)).toContain('To: bob@example.org');
    },
  );

  it.each(['250 2.0.0 Taken', '554 5.5.1 No valid recipients', '421 4.3.2 Going down'])(
    'The refusal of a recipient is the reply, whatever follows the lone dot: %s',
    async (output) => {
      const server = await scripted([AUTH, 'PIPELINING'], (step, time) => {
        if (step === 'RCPT' && time === 1) return { say: '550 5.1.1 No such user' };
        return step === 'dot' && time === 1 ? { say: output } : undefined;
      });
      const relay = relayTo(server);
      const outcomes = [
        await relay.send(buildMessage()),
        await relay.send(buildMessage('b@example.org')),
      ];
      expect(outcomes.map(summarize)).toEqual(['550', 'accepted']);
      expect(server.messages[0]).toBe('.\r\n');
    },
  );

  it('A transaction is reset only when the relay has begun it', async () => {
    const server = await scripted([AUTH, 'PIPELINING'], (step) => {
      if (step === 'RCPT') return { say: '550 5.1.1 No such user' };
      return step === 'DATA' ? { say: '554 5.5.1 No valid recipients' } : undefined;
    });
    const relay = relayTo(server);
    await relay.send(buildMessage());
    await server.waitForStep('RSET');
    server.script((step) => (step === 'MAIL' ? { say: '451 4.3.0 Later' } : undefined));
    await relay.send(buildMessage());
    server.script(() => undefined);
    expect(summarize(await relay.send(buildMessage()))).toBe('accepted');
    expect(server.lines.filter((line) => line === 'RSET')).toHaveLength(1);
  });
});

describe('A fault in the message', () => {
  it.each(EXTENSION_SETS)(
    'A reply before the dot counts and ends the session, %s',
    async (_way, extensions) => {
      const large = buildMessage();
      const content = Array.from({ length: 40_000 }, () =>
        Buffer.alloc(502, `${'x'.repeat(500)}\r\n`),
      );
      const server = await scripted(extensions, always('body', '552 5.2.2 Mailbox full'));
      const relay = relayTo(server);
      expect(summarize(await relay.send({ ...large, segments: content.map(createSegment) }))).toBe(
        '552',
      );
      server.script(() => undefined);
      expect(summarize(await relay.send(buildMessage()))).toBe('accepted');
      expect(server.connections).toBe(2);
      expect(server.messages).toHaveLength(1);
    },
  );

  it.each(casesAt(['dot']))(
    'A fault %s at the %s has its exact outcome: %s',
    async (_way, step, fault, extensions) => {
      const server = await scripted(extensions, always(step, fault));
      const relay = relayTo(server);
      const outcome = await relay.send(buildMessage());
      expect(summarize(outcome)).toBe(fault === 'drop' ? 'unknown' : fault.slice(0, 3));
      expect(server.messages).toHaveLength(1);
      server.script(() => undefined);
      expect(summarize(await relay.send(buildMessage()))).toBe('accepted');
    },
  );

  it.each(EXTENSION_SETS)(
    'A break after the 250 does not change the outcome, %s',
    async (_way, extensions) => {
      const server = await scripted(extensions, (step) =>
        step === 'dot' ? { say: '250 2.0.0 Taken', thenDrop: true } : undefined,
      );
      expect(summarize(await relayTo(server).send(buildMessage()))).toBe('accepted');
      expect(server.messages).toHaveLength(1);
    },
  );

  it.each(['354 Go on', 'nonsense', '', '2500 Ok', '25', '99 Ok', '250-Ok\r\n550 No'])(
    'A malformed reply to the dot, “%s”, makes the message unknown',
    async (output) => {
      const server = await scripted([AUTH, 'PIPELINING'], (step) =>
        step === 'dot' ? { say: output === '' ? '\r\n' : output, thenDrop: true } : undefined,
      );
      expect(summarize(await relayTo(server).send(buildMessage()))).toBe('unknown');
    },
  );
});

describe('A pipelined message', () => {
  const bothSent = async (script: Script) => {
    const server = await scripted([AUTH, 'PIPELINING'], script);
    const relay = relayTo(server);
    const sent = [buildMessage('one@example.org'), buildMessage('two@example.org')].map((each) =>
      relay.send(each),
    );
    const outcomes = (await Promise.all(sent)).map(summarize);
    const seen = server.messages.map((text) => /To: (\w+)/.exec(text)?.[1]);
    return { server, outcomes, seen };
  };

  it('A pipelined message is sent on the same connection', async () => {
    const { server, outcomes, seen } = await bothSent(() => undefined);
    expect(outcomes).toEqual(['accepted', 'accepted']);
    expect(seen).toEqual(['one', 'two']);
    expect(server.connections).toBe(1);
    expect(server.maxPipelined).toBe(3);
  });

  it.each([
    ['the connection breaks at the dot', { drop: true }, 'unknown'],
    ['the relay goes down at the dot', { say: '421 4.3.2 Down', thenDrop: true }, '421'],
    [
      'the relay goes down behind its 250',
      { say: '250 Ok\r\n421 Down', thenDrop: true },
      'accepted',
    ],
    ['the relay closes after its 250', { say: '250 Ok', thenDrop: true }, 'accepted'],
    ['the relay talks nonsense', { say: 'what?' }, 'unknown'],
  ] as const)(
    'A pipelined message is sent on another connection when %s',
    async (_what, act, first) => {
      const { server, outcomes, seen } = await bothSent((step, time) =>
        step === 'dot' && time === 1 ? act : undefined,
      );
      expect(outcomes).toEqual([first, 'accepted']);
      expect(seen).toEqual(['one', 'two']);
      expect(server.connections).toBe(2);
    },
  );

  it.each(['MAIL', 'RCPT', 'DATA'] as const)(
    'A pipelined message is sent on another connection when the relay goes down at its %s',
    async (at) => {
      for (const act of [{ drop: true }, { say: '421 Down', thenDrop: true }] as const) {
        const { server, outcomes, seen } = await bothSent((step, time) =>
          step === at && time === 2 ? act : undefined,
        );
        expect(outcomes).toEqual(['accepted', 'accepted']);
        expect(seen).toEqual(['one', 'two']);
        expect(server.connections).toBe(2);
      }
    },
  );

  it('A pipelined message is unsent when the second connection breaks too', async () => {
    const { outcomes, seen } = await bothSent((step, time) =>
      step === 'MAIL' && time >= 2 ? { drop: true } : undefined,
    );
    expect(outcomes).toEqual(['accepted', 'unsent']);
    expect(seen).toEqual(['one']);
  });

  it.each(['MAIL', 'RCPT', 'DATA'] as const)(
    'A pipelined message has its own reply at %s',
    async (at) => {
      const { server, outcomes } = await bothSent((step, time) =>
        step === at && time === 2 ? { say: '550 5.1.1 No such user' } : undefined,
      );
      expect(outcomes).toEqual(['accepted', '550']);
      expect(server.connections).toBe(1);
    },
  );
});

describe('A slow reply to the dot', () => {
  const hangsAtFirstDot: Script = (step, time) =>
    step === 'dot' && time === 1 ? { hang: true } : undefined;

  it('A pipelined message waits for a slow reply for 30 s, then it is sent on another connection', async () => {
    const timers = createFakeTimers();
    const server = await scripted([AUTH, 'PIPELINING'], hangsAtFirstDot);
    const relay = relayTo(server, timers, 2);
    const outcomes: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      relay
        .send(buildMessage(`${name}@example.org`))
        .then((outcome) => outcomes.push(summarize(outcome)));
    }
    await server.waitForStep('dot', 2);
    await waitUntil(() => outcomes.length === 1);
    timers.advance(30);
    expect(outcomes).toEqual(['accepted']);
    timers.advance(1);
    await waitUntil(() => outcomes.length === 2);
    expect(outcomes).toEqual(['accepted', 'accepted']);
    expect(server.messages).toHaveLength(3);
  });

  it('A connection ends after the slow reply when its pipelined message was sent elsewhere', async () => {
    const timers = createFakeTimers();
    const server = await scripted([AUTH, 'PIPELINING'], hangsAtFirstDot);
    const relay = relayTo(server, timers);
    const sent = [buildMessage('one@example.org'), buildMessage('two@example.org')].map((each) =>
      relay.send(each),
    );
    await server.waitForStep('dot');
    timers.advance(31);
    server.writeToAll('250 2.0.0 Taken\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 Go on\r\n');
    expect((await Promise.all(sent)).map(summarize)).toEqual(['accepted', 'accepted']);
    expect(server.messages.map((text) => /To: (\w+)/.exec(text)?.[1])).toEqual(['one', 'two']);
    expect(server.connections).toBe(2);
  });
});

describe('A relay that does not reply', () => {
  const WAITS = [
    ['greeting', 300, 'unsent'],
    ['EHLO', 300, 'unsent'],
    ['AUTH', 120, 'unsent'],
    ['MAIL', 300, 'unsent'],
    ['RCPT', 300, 'unsent'],
    ['DATA', 120, 'unsent'],
    ['dot', 600, 'unknown'],
  ] as const;

  it.each(
    EXTENSION_SETS.flatMap(([way, extensions]) =>
      WAITS.map((each) => [way, ...each, extensions] as const),
    ),
  )(
    'A relay without a reply, %s at %s, is given up after %i s, and the message is %s',
    async (_way, at, seconds, kind, extensions) => {
      const timers = createFakeTimers();
      const server = await scripted(extensions, (step) =>
        step === at ? { hang: true } : undefined,
      );
      const relay = relayTo(server, timers);
      const sending = relay.send(buildMessage());
      await server.waitForStep(at);
      const { outcome, passed } = await passUntilDone(timers, sending);
      expect(outcome).toMatchObject({
        kind,
        problem: expect.stringContaining(`did not come within ${seconds} s`),
      });
      expect(passed).toBeGreaterThan(seconds);
    },
  );

  it('A relay that sends one byte a second is not given up', async () => {
    const timers = createFakeTimers();
    const server = await scripted([AUTH, 'PIPELINING'], (step) =>
      step === 'dot' ? { hang: true } : undefined,
    );
    const sending = relayTo(server, timers).send(buildMessage());
    await server.waitForStep('dot');
    for (const byte of `250-2.0.0 ${'slow '.repeat(50)}\r\n250 2.0.0 Taken\r\n`) {
      server.writeToAll(byte);
      timers.advance(1);
      await new Promise(setImmediate);
    }
    expect(await sending).toMatchObject({ kind: 'answered', reply: { enhanced: '2.0.0' } });
  });

  it('A message whose bytes the relay does not read is unsent after 180 s', async () => {
    const timers = createFakeTimers();
    const server = await scripted([AUTH, 'PIPELINING'], (step) =>
      step === 'body' ? { hang: true } : undefined,
    );
    const content = Array.from({ length: 40_000 }, () =>
      Buffer.alloc(502, `${'x'.repeat(500)}\r\n`),
    );
    const sending = relayTo(server, timers).send({
      ...buildMessage(),
      segments: content.map(createSegment),
    });
    await server.waitForStep('body');
    const { outcome, passed } = await passUntilDone(timers, sending);
    expect(outcome).toMatchObject({ kind: 'unsent', problem: expect.stringContaining('180 s') });
    expect(passed).toBeGreaterThan(180);
  });
});

/** Advances time second by second until there is an outcome. */
async function passUntilDone(timers: FakeTimers, sending: Promise<SendOutcome>) {
  let outcome: SendOutcome | null = null;
  void sending.then((came) => {
    outcome = came;
  });
  let passed = 0;
  for (; outcome === null; passed += 1) {
    timers.advance(1);
    await new Promise(setImmediate);
  }
  return { outcome: await sending, passed };
}
