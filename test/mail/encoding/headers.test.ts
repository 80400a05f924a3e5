import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { PaperboyError } from '../../../src/domain/errors.ts';
import {
  formatHeader,
  formatMailboxHeader,
  formatMailDate,
  formatTextHeader,
  requireAddress,
} from '../../../src/mail/encoding/headers.ts';
import { toSingleLine } from '../../../src/mail/encoding/printable.ts';
import { HOSTILE_TEXTS } from '../builders.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({
    unit: fc.constantFrom('a', ' ', '=?', '?=', '_', '“', '😀', '\r\n'),
    maxLength: 200,
  }),
  fc.constantFrom(...HOSTILE_TEXTS),
);

async function parse(headerLine: string) {
  return PostalMime.parse(`${headerLine}MIME-Version: 1.0\r\n\r\nbody\r\n`);
}

function expectFolded(headerLine: string): void {
  expect(headerLine.endsWith('\r\n')).toBe(true);
  const [first, ...rest] = headerLine.slice(0, -2).split('\r\n');
  expect(first).toMatch(/^[A-Za-z-]+:/);
  for (const line of rest) expect(line).toMatch(/^ [\x21-\x7e]/);
  for (const line of [first, ...rest]) expect(line?.length).toBeLessThanOrEqual(78);
}

describe('A header with free text', () => {
  it('A text header decodes to its text and has lines of at most 78 characters', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const line = formatTextHeader('Subject', text);
        expectFolded(line);
        expect((await parse(line)).subject ?? '').toBe(toSingleLine(text));
      }),
    );
  });

  it('Encoded words have at most 75 characters and never divide a code point', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const words = formatTextHeader('Subject', `é${text}`).match(/=\?utf-8\?Q\?[^?]*\?=/g) ?? [];
        expect(words.length).toBeGreaterThan(0);
        for (const word of words) {
          expect(word.length).toBeLessThanOrEqual(75);
          const hex = word.slice(10, -2).replaceAll('_', ' ');
          const bytes = hex.replace(/=(..)/g, (_, code) =>
            String.fromCharCode(Number.parseInt(code, 16)),
          );
          const decoder = new TextDecoder('utf-8', { fatal: true });
          expect(() => decoder.decode(Buffer.from(bytes, 'latin1'))).not.toThrow();
        }
      }),
    );
  });

  it('Plain ASCII is not encoded', () => {
    expect(formatTextHeader('Subject', 'SWAN, and 9 more')).toBe('Subject: SWAN, and 9 more\r\n');
  });

  it('A text header cannot begin another header', () => {
    const line = formatTextHeader('Subject', 'Hello\r\nBcc: victim@example.org');
    expect(line).toBe('Subject: Hello Bcc: victim@example.org\r\n');
  });
});

describe('A header with a mailbox', () => {
  it('A mailbox header decodes to its name and its address', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (name) => {
        const line = formatMailboxHeader('From', { name, address: 'papers@example.org' });
        expectFolded(line);
        const { from } = await parse(line);
        expect(from).toEqual({ name: toSingleLine(name), address: 'papers@example.org' });
      }),
    );
  });

  it('A mailbox header without a name is the address alone', () => {
    const line = formatMailboxHeader('To', { name: '', address: 'ada@example.org' });
    expect(line).toBe('To: ada@example.org\r\n');
  });
});

describe('An address in a header', () => {
  it.each([
    'a@b.org, c@d.org',
    'a@b.org\r\nBcc: c@d.org',
    'ada@example.org>',
    'ädä@example.org',
    'ada@exämple.org',
    '"a\nb"@example.org',
    'ada',
    `${'a'.repeat(250)}@b.org`,
    '',
  ])('The address %j is an error', (address) => {
    expect(() => requireAddress(address)).toThrow(PaperboyError);
  });

  it.each(['ada@example.org', "o'hara+papers@example.org", 'papers@localhost'])(
    'The address %s is accepted',
    (address) => {
      expect(requireAddress(address)).toBe(address);
    },
  );
});

describe('Folding a header', () => {
  it('A header is folded only between tokens', () => {
    const url = `<https://example.org/${'x'.repeat(80)}>`;
    expect(formatHeader('List-Unsubscribe', [url])).toBe(`List-Unsubscribe:\r\n ${url}\r\n`);
  });
});

describe('The date of a message', () => {
  it('A date is written in UTC with a numeric zone', () => {
    expect(formatMailDate(new Date('2026-05-08T05:30:00.900Z'))).toBe(
      'Fri, 08 May 2026 05:30:00 +0000',
    );
  });
});
