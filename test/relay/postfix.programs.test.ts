import { setTimeout as wait } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createMessage } from '../../src/domain/smtp/message.ts';
import { openRelay, type Relay } from '../../src/relay/relay.ts';
import { type PostfixServer, startPostfix } from '../servers/postfix.ts';
import { HOSTILE_BODIES } from './support/hostile-bodies.ts';

const FROM = 'papers@example.com';

describe('Postfix as the relay', () => {
  let postfix: PostfixServer;
  let relay: Relay;

  beforeAll(async () => {
    postfix = await startPostfix();
  });

  afterAll(async () => {
    await postfix.stop();
  });

  afterEach(async () => {
    await relay.close();
  });

  it('Postfix delivers our messages unchanged, as it does those of nodemailer', async () => {
    relay = openRelay({ urls: [postfix.url], maxConnections: 3 });
    const theirs = createTransport(postfix.url);
    const mails = HOSTILE_BODIES.map(([, body], n) => ({
      name: `m${n}`,
      body: Buffer.from(body),
    }));
    await Promise.all(
      mails.flatMap(({ name, body }) => {
        const raw = (by: string) => Buffer.concat([Buffer.from(headOf(name, by)), body]);
        const envelope = { from: FROM, to: `${name}@example.org` };
        return [
          relay
            .send(createMessage(envelope, [raw('us')]))
            .then((outcome) => expect(outcome).toMatchObject({ reply: { code: 250 } })),
          theirs.sendMail({ envelope, raw: raw('nodemailer') }),
        ];
      }),
    );
    theirs.close();
    const delivered = await deliveredBy(postfix, 2 * mails.length);
    for (const { name, body } of mails) {
      const text = body.toString('latin1').replaceAll('\r\n', '\n');
      const wanted = text.endsWith('\n') ? text : `${text}\n`;
      expect(delivered.get(`${name} us`)).toBe(wanted);
      expect(delivered.get(`${name} nodemailer`)).toBe(wanted);
    }
  });

  it('Postfix gets two hundred messages over three connections, refusals among them', async () => {
    relay = openRelay({ urls: [postfix.url], maxConnections: 3 });
    const before = postfix.delivered().length;
    const outcomes = await Promise.all(
      Array.from({ length: 200 }, (_, n) =>
        relay.send(
          createMessage(
            { from: FROM, to: n % 5 === 0 ? 'gone@example.org' : 'ada@example.org' },
            [Buffer.from(headOf(`many${n}`, 'us')), Buffer.from('Hello.\r\n')],
            { isWireReady: true },
          ),
        ),
      ),
    );
    const codes = outcomes.map((outcome) => outcome.kind === 'answered' && outcome.reply.code);
    expect(codes).toEqual(outcomes.map((_, n) => (n % 5 === 0 ? 554 : 250)));
    const delivered = await deliveredBy(postfix, before + 160);
    expect([...delivered.keys()].filter((key) => key.startsWith('many'))).toHaveLength(160);
  });
});

function headOf(name: string, by: string): string {
  return `From: ${FROM}\r\nSubject: ${name} ${by}\r\n\r\n`;
}

/** Bodies by subject, once as many were delivered: Postfix answers before it delivers. */
async function deliveredBy(postfix: PostfixServer, count: number): Promise<Map<string, string>> {
  while (postfix.delivered().length < count) await wait(20);
  const texts = postfix.delivered().map((file) => file.toString('latin1'));
  return new Map(
    texts.map((text) => {
      const end = text.indexOf('\n\n');
      return [/^Subject: (.*)$/m.exec(text.slice(0, end))?.[1] ?? '', text.slice(end + 2)];
    }),
  );
}
