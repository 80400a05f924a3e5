import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeChunk, encodeQuotedPrintable } from '../../../src/mail/encoding/quoted-printable.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom('a', ' ', '=', '.', '\n', 'é', '😀', '\t', 'From '),
    maxLength: 300,
  }),
);

/** By the letter of RFC 2045 §6.7, independent of the encoder. */
function decode(encoded: string): string {
  const bytes = encoded
    .replaceAll('=\r\n', '')
    .replaceAll('\r\n', '\n')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

describe('encodeQuotedPrintable', () => {
  it('gives back every text when decoded', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(decode(encodeQuotedPrintable(text))).toBe(text);
      }),
    );
  });

  it('writes lines of at most 76 printable characters that start and end with nothing fragile', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const line of encodeQuotedPrintable(text).split('\r\n')) {
          expect(line).toMatch(/^[\x20-\x7e]{0,76}$/);
          expect(line).not.toMatch(/^\.|^From | $|=[0-9A-F]?$(?<!=$)/);
        }
      }),
    );
  });

  it('keeps a line of exactly 76 characters whole and breaks one of 77', () => {
    expect(encodeQuotedPrintable('x'.repeat(76))).toBe('x'.repeat(76));
    expect(encodeQuotedPrintable('x'.repeat(77))).toBe(`${'x'.repeat(75)}=\r\nxx`);
  });

  it('still fits the line when a dot at its start is encoded', () => {
    const lines = encodeQuotedPrintable(`${'x'.repeat(75)}.${'y'.repeat(75)}`).split('\r\n');
    expect(lines.map((line) => line.length)).toEqual([76, 76, 3]);
    expect(lines[1]?.startsWith('=2E')).toBe(true);
  });
});

describe('encodePiece', () => {
  it('lets pieces that were encoded apart stand behind one another', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 6 }), (texts) => {
        const encoded = texts.map((text) => encodeChunk(text).toString('latin1')).join('');
        expect(decode(encoded)).toBe(texts.join(''));
        for (const line of encoded.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
      }),
    );
  });

  it('keeps within 76 characters where its own soft break needs the last one', () => {
    for (const length of [74, 75, 76, 77, 150, 151, 152]) {
      const lines = encodeChunk('x'.repeat(length)).toString('latin1').split('\r\n');
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(76);
      expect(lines.at(-1)).toBe('');
    }
  });

  it('is empty for an empty text', () => {
    expect(encodeChunk('')).toHaveLength(0);
  });
});
