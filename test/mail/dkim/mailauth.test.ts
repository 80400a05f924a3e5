import { beforeAll, describe, expect, it } from 'vitest';
import { splitFields } from '../../../src/mail/dkim/relaxed-canonicalization.ts';
import { splitRawMessage } from '../../../src/mail/dkim/signer.ts';
import { expectWellFormed, headerValues } from '../support/message-assertions.ts';
import { renderSignedMails, type SignedMail } from './support/signed-mails.ts';
import { createSigningKey, verifySignature } from './support/signing.ts';

const key = createSigningKey();
let mails: SignedMail[];
beforeAll(async () => {
  mails = await renderSignedMails(key);
});

/** A digest with Reply-To and a transactional email: together they have every field that we
 *  write. */
function samples(): string[] {
  return mails
    .filter(({ title }) => title.endsWith('with Reply-To'))
    .map(({ raw }) => raw.toString('latin1'));
}

function verifyResult(raw: string): Promise<string> {
  return verifySignature(key, Buffer.from(raw, 'latin1'));
}

describe('Verification by mailauth', () => {
  it('mailauth verifies every kind of mail that we send', async () => {
    expect(mails.length).toBeGreaterThan(30);
    for (const { title, raw } of mails) {
      expectWellFormed(raw);
      expect([title, await verifySignature(key, raw)]).toEqual([title, 'pass']);
    }
  });

  it('mailauth rejects our mail under another key', async () => {
    const other = { ...createSigningKey(), domain: key.domain, selector: key.selector };
    expect(await verifySignature(other, mails[0]?.raw ?? Buffer.alloc(0))).toBe('fail');
  });

  it.each([
    ...['From: Eve <eve@example.org>', 'To: eve@example.org', 'Cc: eve@example.org'],
    ...['Subject: Buy this', 'Date: Sat, 09 May 2026 05:00:00 +0000', 'Message-ID: <eve@b.co>'],
    ...['Reply-To: eve@example.org', 'MIME-Version: 1.0', 'Content-Type: text/html'],
    ...['Content-Transfer-Encoding: base64', 'Content-Disposition: attachment'],
    ...['List-Unsubscribe: <https://evil.example/>', 'List-Unsubscribe-Post: List-Unsubscribe=No'],
  ])('mailauth rejects each of our mails with an added “%s”', async (field) => {
    for (const raw of samples()) {
      expect(await verifyResult(`${field}\r\n${raw}`)).toBe('fail');
      expect(await verifyResult(raw.replace('\r\n\r\n', `\r\n${field}\r\n\r\n`))).toBe('fail');
    }
  });

  it.each(['List-Id: <evil.example>', 'Feedback-ID: a:b:c:d', 'List-Help: <https://evil.example>'])(
    'mailauth rejects a digest with an added “%s”',
    async (field) => {
      expect(await verifyResult(`${field}\r\n${samples()[0]}`)).toBe('fail');
    },
  );

  it('mailauth rejects a mail with a changed or removed signed field', async () => {
    const unsigned = ['Precedence', 'Auto-Submitted', 'X-Auto-Response-Suppress'];
    for (const raw of samples()) {
      const { headers, body } = splitRawMessage(Buffer.from(raw, 'latin1'));
      const [signature, ...fields] = splitFields(headers);
      for (const [at, field] of fields.entries()) {
        const [name = ''] = field.split(':');
        const changed = fields.with(at, `${field}x`);
        const gone = fields.toSpliced(at, 1);
        for (const rest of [changed, gone]) {
          const message = [signature, ...rest, '', body.toString('latin1')].join('\r\n');
          const wanted = unsigned.includes(name) ? 'pass' : 'fail';
          expect([name, await verifyResult(message)]).toEqual([name, wanted]);
        }
      }
    }
  });

  it('mailauth rejects a mail with any changed byte in its body, or with an addition', async () => {
    for (const raw of samples()) {
      const body = raw.indexOf('\r\n\r\n') + 4;
      for (let at = body; at < raw.length; at += 997) {
        const other = raw[at] === 'x' ? 'y' : 'x';
        const message = raw.slice(0, at) + other + raw.slice(at + 1);
        expect([at, await verifyResult(message)]).toEqual([
          at,
          expect.stringMatching(/fail|neutral/),
        ]);
      }
      expect(await verifyResult(`${raw}And this.\r\n`)).not.toBe('pass');
    }
  });

  it('mailauth verifies mail with fields that servers in transit may add', async () => {
    const added = 'Received: from a by b\r\nSender: list@example.net\r\nX-Spam: no\r\n';
    for (const raw of samples()) expect(await verifyResult(added + raw)).toBe('pass');
    for (const raw of samples()) expect(await verifyResult(`${raw}\r\n\r\n`)).toBe('pass');
  });

  it('mailauth finds both fields of one-click unsubscribing signed (RFC 8058 §4)', () => {
    const [digest = ''] = samples();
    const signed = headerValues(Buffer.from(digest), 'DKIM-Signature').join('').replaceAll(' ', '');
    expect(signed).toMatch(/[=:]List-Unsubscribe[:;]/);
    expect(signed).toMatch(/[=:]List-Unsubscribe-Post[:;]/);
  });
});
