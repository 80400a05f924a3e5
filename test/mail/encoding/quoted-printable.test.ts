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

/** A decoder by RFC 2045 §6.7, independent of the encoder. */
function decode(encoded: string): string {
  const bytes = encoded
    .replaceAll('=\r\n', '')
    .replaceAll('\r\n', '\n')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

describe('Quoted-printable', () => {
  it('Every text is the same after encoding and decoding', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(decode(encodeQuotedPrintable(text))).toBe(text);
      }),
    );
  });

  it('Encoded lines have at most 76 printable characters, no leading dot and no trailing space', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const line of encodeQuotedPrintable(text).split('\r\n')) {
          expect(line).toMatch(/^[\x20-\x7e]{0,76}$/);
          expect(line).not.toMatch(/^\.|^From | $|=[0-9A-F]?$(?<!=$)/);
        }
      }),
    );
  });

  it('A line of 76 characters is kept, one of 77 is broken', () => {
    expect(encodeQuotedPrintable('x'.repeat(76))).toBe('x'.repeat(76));
    expect(encodeQuotedPrintable('x'.repeat(77))).toBe(`${'x'.repeat(75)}=\r\nxx`);
  });

  it('A line with an encoded leading dot still has at most 76 characters', () => {
    const lines = encodeQuotedPrintable(`${'x'.repeat(75)}.${'y'.repeat(75)}`).split('\r\n');
    expect(lines.map((line) => line.length)).toEqual([76, 76, 3]);
    expect(lines[1]?.startsWith('=2E')).toBe(true);
  });
});

describe('Quoted-printable in chunks', () => {
  it('Chunks that are encoded separately can be joined', () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 6 }), (texts) => {
        const encoded = texts.map((text) => encodeChunk(text).toString('latin1')).join('');
        expect(decode(encoded)).toBe(texts.join(''));
        for (const line of encoded.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
      }),
    );
  });

  it('The soft break at the end of a chunk fits in 76 characters', () => {
    for (const length of [74, 75, 76, 77, 150, 151, 152]) {
      const lines = encodeChunk('x'.repeat(length)).toString('latin1').split('\r\n');
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(76);
      expect(lines.at(-1)).toBe('');
    }
  });

  it('An empty chunk is empty', () => {
    expect(encodeChunk('')).toHaveLength(0);
  });
});
