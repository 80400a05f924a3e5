import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_PLACEHOLDER_VALUE } from '../../../src/domain/smtp/message.ts';
import {
  createDkimDnsRecord,
  openSigner,
  selfTestSigner,
} from '../../../src/mail/dkim/open-signer.ts';
import { canonicalizeLines } from '../../../src/mail/dkim/relaxed-canonicalization.ts';
import {
  createDkimSigner,
  signRawMessage,
  splitRawMessage,
} from '../../../src/mail/dkim/signer.ts';
import { findSignatureProblem } from '../../../src/mail/dkim/verify-signature.ts';
import { createSigningKey, signMessage, verifySignature } from './support/signing.ts';

const key = createSigningKey();
const RAW = Buffer.from('From: a@example.org\r\nSubject: Hello\r\n\r\nOne\r\nTwo\r\n');

describe('A DKIM signer', () => {
  it('The signature field has short lines, the domain and the selector', async () => {
    const field = await signRawMessage(createDkimSigner(key), RAW);
    expect(field).toMatch(
      /^DKIM-Signature: v=1; a=rsa-sha256; c=relaxed\/relaxed; d=example\.org;\r\n s=paperboy2026;\r\n h=/,
    );
    expect(field.endsWith('\r\n')).toBe(true);
    for (const line of field.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
    expect(field).not.toMatch(/[ ;][ltx]=/);
  });

  it('The longest domain and selector are folded too', async () => {
    const long = {
      ...key,
      domain: `${'d'.repeat(60)}.`.repeat(4).slice(0, -1),
      selector: 's'.repeat(63),
    };
    const raw = await signMessage(long, RAW);
    expect(await verifySignature(long, raw)).toBe('pass');
  });

  it('The same message has the same signature, so that a repetition has the same bytes', async () => {
    const [first, second] = await Promise.all([signMessage(key, RAW), signMessage(key, RAW)]);
    expect(first.equals(second)).toBe(true);
  });

  it('The signature of chunks is that of the whole body', async () => {
    const signer = createDkimSigner(key);
    const { headers, body } = splitRawMessage(RAW);
    const chunks = [body.subarray(0, 5), body.subarray(5)].map(canonicalizeLines);
    expect(await signer.sign(headers, chunks, NO_PLACEHOLDER_VALUE)).toBe(
      await signRawMessage(signer, RAW),
    );
  });

  it('Arbitrary headers and bodies are signed such that another implementation verifies them', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '\t', ';', '=', ':', '\r\n ', '"') });
    const lines = fc.array(fc.string({ unit: fc.constantFrom('b', ' ', '\t', '.') }));
    await fc.assert(
      fc.asyncProperty(text, text, lines, async (subject, listId, body) => {
        const raw = [
          `Subject:${subject}`,
          'From: a@example.org',
          `List-Id :${listId}`,
          'List-Id: again',
          '',
          ...body,
          '',
        ].join('\r\n');
        expect(await verifySignature(key, await signMessage(key, Buffer.from(raw)))).toBe('pass');
      }),
      { numRuns: 50 },
    );
  });
});

describe('The self-test of a signer', () => {
  it('A signer is returned once a signed sample verifies', async () => {
    expect(findSignatureProblem(await signMessage(key, RAW), key.publicKey)).toBe(null);
    expect(await (await openSigner(key)).sign('From: x\r\n', [], NO_PLACEHOLDER_VALUE)).toMatch(
      /^DKIM-Signature:/,
    );
  });

  it('A signer whose signatures do not verify is an error', async () => {
    const proving = selfTestSigner(createDkimSigner(key), createSigningKey().publicKey);
    await expect(proving).rejects.toMatchObject({
      code: 'DKIM_DOES_NOT_VERIFY',
      message: expect.stringContaining('the public key do not belong together'),
    });
  });

  it('A signer that cannot sign is an error', async () => {
    const broken = { sign: () => Promise.reject(new Error('no luck')) };
    await expect(selfTestSigner(broken, key.publicKey)).rejects.toMatchObject({
      code: 'DKIM_DOES_NOT_VERIFY',
      message: expect.stringContaining('no luck'),
    });
  });
});

describe('Verifying a signature', () => {
  it.each([
    ['no signature', RAW.toString(), 'does not begin'],
    ['another body', 'One!', 'body hash'],
    ['another header', 'Subject: Bye', 'do not belong together'],
    ['a second From', 'From: evil@example.org\r\nFrom:', 'do not belong together'],
    ['another algorithm', 'a=rsa-sha1', 'its tag a is not “rsa-sha256”'],
  ])('The problem of a changed signature is found: %s', async (what, change, fault) => {
    const signed = (await signMessage(key, RAW)).toString();
    const changed = {
      'no signature': change,
      'another body': signed.replace('One', change),
      'another header': signed.replace('Subject: Hello', change),
      'a second From': signed.replace('\r\nFrom:', `\r\n${change}`),
      'another algorithm': signed.replace('a=rsa-sha256', change),
    }[what];
    expect(findSignatureProblem(Buffer.from(changed ?? ''), key.publicKey)).toContain(fault);
  });
});

describe('The DNS record of a key', () => {
  it('The DNS record has its name and the public key, and nothing secret', () => {
    const { name, value } = createDkimDnsRecord(key);
    expect(name).toBe('paperboy2026._domainkey.example.org');
    const der = key.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    expect(value).toBe(`v=DKIM1; k=rsa; p=${der}`);
  });
});
