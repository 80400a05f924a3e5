import { randomBytes } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { concatMessage, createMessage, type Message } from '../../src/domain/smtp/message.ts';
import { openRelay, type Relay } from '../../src/relay/relay.ts';
import { findFreePort } from '../support/free-port.ts';
import { useRelayFixture } from './support/relays.ts';
import { createFakeTimers } from './support/timers.ts';

const { opened, sinkWith } = useRelayFixture();

function relayTo(urls: readonly string[], connections = 2): Relay {
  const relay = openRelay({ urls, maxConnections: connections });
  opened.push(relay);
  return relay;
}

function message(body = 'Hello.\r\n', to = 'ada@example.org'): Message {
  const raw = Buffer.from(`From: papers@example.com\r\nTo: ${to}\r\n\r\n${body}`, 'latin1');
  return createMessage({ from: 'papers@example.com', to }, [raw]);
}

/** Larger than every buffer on the way, so that the end is not read before the relay has most of
 *  it. */
const LARGE = `${'x'.repeat(70)}\r\n`.repeat(200_000);

describe('The reply of a relay', () => {
  it('A reply that accepts the message is the outcome', async () => {
    const sink = await sinkWith();
    const outcome = await relayTo([sink.url]).send(message());
    expect(outcome).toEqual({
      kind: 'answered',
      relay: `127.0.0.1:${sink.port}`,
      reply: { code: 250, enhanced: '2.0.0', text: 'Taken' },
    });
    expect(sink.accepted.map(({ to }) => to)).toEqual(['ada@example.org']);
  });

  it.each([
    ['mail', '451 4.7.1 Come back later', 451, '4.7.1'],
    ['rcpt', '550 5.1.1 No such user', 550, '5.1.1'],
    ['rcpt', '450 4.2.1 Mailbox busy', 450, '4.2.1'],
    ['data', '554 5.7.1 Looks like spam', 554, '5.7.1'],
    ['data', '452 4.3.1 Disk full', 452, '4.3.1'],
    ['data', '421 4.3.2 Going down', 421, '4.3.2'],
  ] as const)('A refusal at %s is the outcome: %s', async (at, reply, code, enhanced) => {
    const sink = await sinkWith();
    sink.respondWith(() => ({ at, reply }));
    const outcome = await relayTo([sink.url]).send(message());
    expect(outcome).toEqual({
      kind: 'answered',
      relay: `127.0.0.1:${sink.port}`,
      reply: { code, enhanced, text: reply.slice(10) },
    });
    expect(sink.mailCommands).toBe(1);
  });

  it('A refusal does not stop the next message on the same connection', async () => {
    const sink = await sinkWith();
    sink.respondWith((to) =>
      to.startsWith('gone') ? { at: 'rcpt', reply: '550 5.1.1 Gone' } : 'accept',
    );
    const relay = relayTo([sink.url], 1);
    await relay.send(message('a\r\n', 'gone@example.org'));
    const next = await relay.send(message('b\r\n', 'ada@example.org'));
    expect(next).toMatchObject({ kind: 'answered', reply: { code: 250 } });
    expect(sink.connections).toBe(1);
  });

  it('A reply with any bytes can be stored in a database', async () => {
    const server = await scriptedServer('250 2.0.0 taken\0 \u{1f4ee}');
    const outcome = await relayTo([server.url]).send(message());
    expect(outcome).toMatchObject({ kind: 'answered', reply: { code: 250, enhanced: '2.0.0' } });
    expect(JSON.stringify(outcome)).not.toContain('\\u0000');
  });
});

describe('A message that was certainly not accepted', () => {
  it('A message is unsent when the port is closed', async () => {
    const port = await findFreePort();
    const outcome = await relayTo([`smtp://127.0.0.1:${port}`]).send(message());
    expect(outcome).toMatchObject({ kind: 'unsent', relay: `127.0.0.1:${port}` });
  });

  it('A message is unsent when authentication fails', async () => {
    const sink = await sinkWith({
      disabledCommands: ['STARTTLS'],
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, callback) => callback(new Error('No such user')),
    });
    const url = `smtp://ada:wrong%20one@127.0.0.1:${sink.port}`;
    expect(await relayTo([url]).send(message())).toMatchObject({ kind: 'unsent' });
    expect(sink.mailCommands).toBe(0);
  });

  it.each(['at mail', 'at rcpt'] as const)(
    'A message is unsent when the connection breaks %s',
    async (drop) => {
      const sink = await sinkWith();
      sink.respondWith(() => ({ drop }));
      expect(await relayTo([sink.url]).send(message())).toMatchObject({ kind: 'unsent' });
    },
  );

  it('A message is unsent when the connection breaks inside the message', async () => {
    const sink = await sinkWith();
    sink.respondWith(() => ({ drop: 'in data' }));
    expect(await relayTo([sink.url]).send(message(LARGE))).toMatchObject({ kind: 'unsent' });
    expect(sink.received).toEqual([]);
  });

  it('A message is unsent when the relay refuses the connection', async () => {
    const sink = await sinkWith({
      onConnect: (_session, callback) =>
        callback(Object.assign(new Error('Too busy'), { responseCode: 421 })),
    });
    expect(await relayTo([sink.url]).send(message())).toMatchObject({ kind: 'unsent' });
  });

  it('A message is unsent when the relay goes down before DATA', async () => {
    const sink = await sinkWith();
    sink.respondWith(() => ({ at: 'rcpt', reply: '421 4.3.2 Going down' }));
    expect(await relayTo([sink.url]).send(message())).toMatchObject({
      kind: 'unsent',
      problem: expect.stringContaining('421 4.3.2 Going down'),
    });
  });

  it('A message is unsent when the certificate is not trusted', async () => {
    const sink = await sinkWith({ disabledCommands: ['AUTH'] });
    expect(await relayTo([sink.url]).send(message())).toMatchObject({ kind: 'unsent' });
    expect(sink.mailCommands).toBe(0);
  });

  it('A message is unsent when TLS is required and not offered', async () => {
    const sink = await sinkWith();
    const outcome = await relayTo([`${sink.url}?requireTLS=true`]).send(message());
    expect(outcome).toMatchObject({ kind: 'unsent' });
    expect(sink.mailCommands).toBe(0);
  });
});

describe('After the dot', () => {
  it.each([
    ['small', message()],
    ['large', message(LARGE)],
  ])(
    'A break after the dot makes a %s message unknown, and it is not sent again',
    async (_size, mail) => {
      const first = await sinkWith();
      const second = await sinkWith();
      first.respondWith(() => ({ drop: 'after the dot' }));
      const outcome = await relayTo([first.url, second.url]).send(mail);
      expect(outcome).toMatchObject({ kind: 'unknown', relay: `127.0.0.1:${first.port}` });
      expect([first.received.length, first.accepted.length, second.mailCommands]).toEqual([
        1, 0, 0,
      ]);
    },
  );
});

describe('The next relay', () => {
  it('The next relay gets what the first certainly did not accept', async () => {
    const second = await sinkWith();
    const first = `smtp://127.0.0.1:${await findFreePort()}`;
    const outcome = await relayTo([first, second.url]).send(message());
    expect(outcome).toMatchObject({ kind: 'answered', relay: `127.0.0.1:${second.port}` });
    expect(second.accepted).toHaveLength(1);
  });

  it('The next relay is not used when the first refused the message', async () => {
    const first = await sinkWith();
    const second = await sinkWith();
    first.respondWith(() => ({ at: 'rcpt', reply: '550 5.1.1 No such user' }));
    expect(await relayTo([first.url, second.url]).send(message())).toMatchObject({
      kind: 'answered',
      reply: { code: 550 },
    });
    expect(second.mailCommands).toBe(0);
  });
});

describe('A reused connection', () => {
  it('A connection that the relay closed while idle is replaced', async () => {
    const sink = await sinkWith();
    const relay = relayTo([sink.url], 1);
    await relay.send(message('one\r\n'));
    let isFirst = true;
    sink.respondWith((to) => {
      if (to !== '' || !isFirst) return 'accept';
      isFirst = false;
      return { drop: 'at mail' };
    });
    expect(await relay.send(message('two\r\n'))).toMatchObject({
      kind: 'answered',
      reply: { code: 250 },
    });
    expect(sink.accepted.map(({ raw }) => raw.toString().slice(-5))).toEqual([
      'one\r\n',
      'two\r\n',
    ]);
    expect(sink.connections).toBe(2);
  });

  it('Connections are shared, and no more are opened than allowed', async () => {
    const sink = await sinkWith();
    const relay = relayTo([sink.url], 3);
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, n) => relay.send(message(`${n}\r\n`, `r${n}@example.org`))),
    );
    expect(outcomes.every(({ kind }) => kind === 'answered')).toBe(true);
    expect(sink.connections).toBeLessThanOrEqual(3);
    expect(new Set(sink.accepted.map(({ to }) => to)).size).toBe(40);
  });
});

describe('The bytes', () => {
  it.each([
    ['lines that begin with dots', '.\r\n..\r\n.hidden\r\n...\r\nend\r\n'],
    ['a dot as the last line', 'end\r\n.\r\n'],
    ['no line at all', ''],
    ['eight-bit bytes', Buffer.from('Grüße, 论文 \u{1f4ee}\r\n').toString('latin1')],
    ['many lines', `.${'dots.\r\n.'.repeat(50_000)}\r\n`],
  ])('The bytes of a message arrive unchanged: %s', async (_what, body) => {
    const sink = await sinkWith();
    const mail = message(body);
    await relayTo([sink.url]).send(mail);
    expect(sink.accepted[0]?.raw.equals(concatMessage(mail))).toBe(true);
  });

  it('The bytes of a hundred simultaneous messages arrive unchanged', async () => {
    const sink = await sinkWith();
    const relay = relayTo([sink.url], 5);
    const mails = Array.from({ length: 100 }, (_, n) =>
      message(
        `.${randomBytes(3000).toString('hex').replace(/.{60}/g, '$&\r\n.')}\r\n`,
        `r${n}@a.org`,
      ),
    );
    await Promise.all(mails.map((mail) => relay.send(mail)));
    const byReader = new Map(sink.accepted.map(({ to, raw }) => [to, raw]));
    expect(mails.every((mail) => byReader.get(mail.envelope.to)?.equals(concatMessage(mail)))).toBe(
      true,
    );
  });
});

describe('Closing', () => {
  it('Closing waits for the messages in flight', async () => {
    const sink = await sinkWith();
    let answer: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      sink.beforeReply(() => {
        resolve();
        return new Promise((reply) => {
          answer = reply;
        });
      });
    });
    const relay = relayTo([sink.url]);
    const sending = relay.send(message());
    await arrived;
    let isClosed = false;
    const closing = relay.close().then(() => {
      isClosed = true;
    });
    await new Promise(setImmediate);
    expect(isClosed).toBe(false);
    answer();
    expect(await sending).toMatchObject({ kind: 'answered', reply: { code: 250 } });
    await closing;
  });

  it('Closing at once is not delayed by who closes later, and ends for both', async () => {
    const sink = await sinkWith();
    const arrived = new Promise<void>((resolve) => {
      sink.beforeReply(() => {
        resolve();
        return new Promise(() => undefined);
      });
    });
    const timers = createFakeTimers();
    const relay = openRelay({ urls: [sink.url], maxConnections: 1, timers });
    const sending = relay.send(message());
    await arrived;
    const first = relay.close({ graceMs: 0 });
    const second = relay.close();
    timers.advance(1);
    expect(await sending).toMatchObject({ kind: 'unknown' });
    await Promise.all([first, second]);
  });
});

/** Speaks just enough SMTP to answer the dot with bytes that `smtp-server` would not send. */
async function scriptedServer(replyToDot: string): Promise<{ url: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.write('220 ready\r\n');
    let isData = false;
    let seen = '';
    socket.on('data', (chunk) => {
      seen += chunk.toString('latin1');
      if (isData) {
        if (!seen.includes('\r\n.\r\n')) return;
        isData = false;
        seen = '';
        socket.write(`${replyToDot}\r\n`);
        return;
      }
      for (const line of seen.split('\r\n').slice(0, -1)) {
        isData ||= line === 'DATA';
        socket.write(line === 'DATA' ? '354 go on\r\n' : '250 fine\r\n');
      }
      seen = '';
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  opened.push({
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  const address = server.address();
  return { url: `smtp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` };
}
