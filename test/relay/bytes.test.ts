import { createTransport } from 'nodemailer';
import { describe, expect, it } from 'vitest';
import { createMessage, createSegment, type Message } from '../../src/domain/smtp/message.ts';
import { createMailer } from '../../src/relay/nodemailer-transport.ts';
import { openRelay } from '../../src/relay/relay.ts';
import { HOSTILE_BODIES } from './support/hostile-bodies.ts';
import { useRelayFixture } from './support/relays.ts';

const { opened, scripted, sinkWith } = useRelayFixture();

function relayTo(url: string) {
  const relay = openRelay({ urls: [url], maxConnections: 1 });
  opened.push(relay);
  return relay;
}

const ENVELOPE = { from: 'papers@example.com', to: 'ada@example.org' };
const HEAD = 'From: papers@example.com\r\nTo: ada@example.org\r\n\r\n';

const BODIES = [...HOSTILE_BODIES, ['bare CR and LF', 'a\n.\nb\r.\rc\n\r\r\nd\r']] as const;

function rawOf(body: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(HEAD), Buffer.from(body as string)]);
}

async function sendByNodemailer(url: string, raw: Buffer): Promise<void> {
  const transport = createTransport(url);
  await transport.sendMail({ envelope: ENVELOPE, raw });
  transport.close();
}

/** The message in chunks of a few bytes, so that borders fall everywhere. */
function splitIntoChunks(raw: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < Math.min(raw.length, 300); at += 3) chunks.push(raw.subarray(at, at + 3));
  return raw.length > 300 ? [...chunks, raw.subarray(300)] : chunks;
}

describe('The bytes of a message', () => {
  it.each(BODIES)(
    'A server receives the same from us as from nodemailer: %s',
    async (_what, body) => {
      const raw = rawOf(body);
      const sink = await sinkWith();
      await sendByNodemailer(sink.url, raw);
      const relay = relayTo(sink.url);
      for (const content of [[raw], splitIntoChunks(raw)]) {
        await relay.send(createMessage(ENVELOPE, content));
      }
      const [theirs, ...ours] = sink.accepted;
      expect(theirs?.raw.length).toBeGreaterThan(HEAD.length);
      expect(ours).toHaveLength(2);
      for (const { raw: received } of ours) expect(received.equals(theirs?.raw ?? raw)).toBe(true);
    },
  );

  it.each(BODIES)(
    'The bytes on the wire are those of nodemailer, dots included: %s',
    async (_what, body) => {
      const raw = rawOf(body);
      const server = await scripted(['8BITMIME']);
      await sendByNodemailer(server.url, raw);
      await relayTo(server.url).send(createMessage(ENVELOPE, splitIntoChunks(raw)));
      const [theirs, ours] = server.messages;
      expect(ours?.length).toBeGreaterThan(HEAD.length);
      expect(ours).toBe(theirs);
    },
  );
});

describe('The envelope', () => {
  const sent = async (extensions: readonly string[], changes: Partial<Message> = {}) => {
    const server = await scripted(extensions);
    const message = createMessage(ENVELOPE, [rawOf('Hello.\r\n')]);
    const outcome = await relayTo(server.url).send({ ...message, ...changes });
    const [, mail, rcpt] = server.lines;
    return { outcome, mail, rcpt, lines: server.lines };
  };

  it.each([
    [[], 'MAIL FROM:<papers@example.com>'],
    [['SIZE'], 'MAIL FROM:<papers@example.com> SIZE=57'],
    [['SIZE 57', '8BITMIME', 'SMTPUTF8'], 'MAIL FROM:<papers@example.com> SIZE=57'],
  ])('The envelope of plain mail, where %j is offered', async (extensions, mail) => {
    const found = await sent(extensions);
    expect(found).toMatchObject({ mail, rcpt: 'RCPT TO:<ada@example.org>' });
    expect(found.outcome).toMatchObject({ reply: { code: 250 } });
  });

  it('BODY=8BITMIME announces bytes above 127, where that is offered', async () => {
    const content = [HEAD, 'Grüße\r\n'].map((text) => createSegment(Buffer.from(text)));
    expect((await sent(['8BITMIME'], { segments: content })).mail).toMatch(/ BODY=8BITMIME$/);
    expect((await sent([], { segments: content })).mail).toBe('MAIL FROM:<papers@example.com>');
  });

  it('An address that is not ASCII needs SMTPUTF8', async () => {
    const envelope = { ...ENVELOPE, to: 'adä@example.org' };
    const offered = await sent(['PIPELINING', 'SMTPUTF8'], { envelope });
    expect(offered.mail).toMatch(/ SMTPUTF8$/);
    expect(Buffer.from(offered.rcpt ?? '', 'latin1').toString()).toBe('RCPT TO:<adä@example.org>');
    const { outcome, lines } = await sent(['PIPELINING'], { envelope });
    expect(outcome).toMatchObject({ kind: 'answered', reply: { code: 553, enhanced: '5.6.7' } });
    expect(lines.filter((line) => line.startsWith('MAIL'))).toEqual([]);
  });

  it('A message over the SIZE of the relay is refused without being offered', async () => {
    const { outcome, lines } = await sent(['SIZE 56', 'PIPELINING']);
    expect(outcome).toMatchObject({
      kind: 'answered',
      reply: { code: 552, text: expect.stringMatching(/has 57 bytes, .+ at most 56\.$/) },
    });
    expect(lines.filter((line) => line.startsWith('MAIL'))).toEqual([]);
  });

  it.each([
    'ada@example.org>\r\nRCPT TO:<eve@example.org',
    'ada@example.org\nDATA',
    'ada\0@example.org',
    '<ada@example.org>',
    'ada@example.org> NOTIFY=NEVER <',
    '',
  ])('The address %j is refused without being offered', async (to) => {
    const { outcome, lines } = await sent(['PIPELINING'], { envelope: { ...ENVELOPE, to } });
    expect(outcome).toMatchObject({ kind: 'answered', reply: { code: 501 } });
    expect(lines.filter((line) => !line.startsWith('EHLO'))).toEqual([]);
  });

  it('A message that is refused here does not stop the next one', async () => {
    const server = await scripted(['SIZE 100', 'PIPELINING']);
    const relay = relayTo(server.url);
    const outcomes = await Promise.all(
      [40, 4000, 40, 4000, 40].map((length) =>
        relay.send(
          createMessage(ENVELOPE, [Buffer.from(`${'x'.repeat(length)}\r\n`)], {
            isWireReady: true,
          }),
        ),
      ),
    );
    const codes = outcomes.map((outcome) => outcome.kind === 'answered' && outcome.reply.code);
    expect(codes).toEqual([250, 552, 250, 552, 250]);
    expect(server.connections).toBe(1);
  });
});

describe('A mail composed by nodemailer', () => {
  const MAIL = {
    from: 'papers@example.com',
    to: 'ada@example.org',
    subject: 'Grüße',
    text: '.dots\n.\nend',
    date: new Date(0),
    messageId: '<one@example.com>',
    xMailer: false as const,
  };

  it('A composed mail has the same bytes through our relay as through nodemailer', async () => {
    const sink = await sinkWith();
    const theirs = createTransport(sink.url);
    await theirs.sendMail(MAIL);
    theirs.close();
    const info = await createMailer(relayTo(sink.url)).sendMail(MAIL);
    expect(info).toMatchObject({
      messageId: '<one@example.com>',
      envelope: { from: 'papers@example.com', to: ['ada@example.org'] },
      outcome: { kind: 'answered', reply: { code: 250 } },
    });
    expect(sink.accepted).toHaveLength(2);
    expect(sink.accepted[1]).toEqual(sink.accepted[0]);
  });

  it.each([
    [
      { at: 'rcpt', reply: '550 5.1.1 No such user' },
      { kind: 'answered', reply: { code: 550 } },
    ],
    [{ drop: 'at rcpt' }, { kind: 'unsent' }],
    [{ drop: 'after the dot' }, { kind: 'unknown' }],
  ] as const)('A composed mail has an outcome after %j', async (behaviour, outcome) => {
    const sink = await sinkWith();
    sink.respondWith(() => behaviour);
    expect(await createMailer(relayTo(sink.url)).sendMail(MAIL)).toMatchObject({ outcome });
  });

  it('A composed mail may have only one recipient', async () => {
    const sink = await sinkWith();
    const to = 'ada@example.org, bob@example.org';
    await expect(createMailer(relayTo(sink.url)).sendMail({ ...MAIL, to })).rejects.toThrow(
      'A mail has 2 recipients: expected one.',
    );
    expect(sink.mailCommands).toBe(0);
  });
});
