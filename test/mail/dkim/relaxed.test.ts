import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_FILL } from '../../../src/domain/message.ts';
import {
  createBodyHash,
  fieldsOf,
  joinRelaxed,
  type RelaxedLines,
  relaxField,
  relaxLines,
} from '../../../src/mail/dkim/relaxed.ts';

const hashBody = createBodyHash();

function sha256(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('base64');
}

function hashOf(...pieces: string[]): string {
  return hashBody(piecesOf(pieces), NO_FILL);
}

function piecesOf(pieces: readonly string[]): RelaxedLines[] {
  return pieces.map((piece) => relaxLines(Buffer.from(piece, 'latin1')));
}

/** By the letter of RFC 6376 §3.4.4, line by line, independent of ours. */
function relaxedBody(body: string): string {
  const lines = body
    .split('\r\n')
    .map((line) => line.replace(/[ \t]+$/, '').replace(/[ \t]+/g, ' '));
  while (lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${line}\r\n`).join('');
}

const line = fc
  .string({ unit: fc.constantFrom('a', ' ', '\t', '=', '\xe9', '\r', '\n'), maxLength: 12 })
  .filter((text) => !text.includes('\r\n') && !text.endsWith('\r'));
const piece = fc
  .array(fc.oneof(line, fc.constantFrom('', ' ', '\t ')), { maxLength: 5 })
  .map((lines) => lines.map((each) => `${each}\r\n`).join(''));

describe('the relaxed form', () => {
  it('is that of the example in RFC 6376 §3.4.5', () => {
    expect(fieldsOf('A: X\r\nB : Y\t\r\n\tZ  \r\n').map(relaxField)).toEqual(['a:X', 'b:Y Z']);
    const { bytes, blankLines } = relaxLines(Buffer.from(' C \r\nD \t E\r\n\r\n\r\n'));
    expect(bytes.toString()).toBe(' C\r\nD E\r\n');
    expect(blankLines).toBe(2);
    expect(hashOf(' C \r\nD \t E\r\n\r\n\r\n')).toBe(sha256(' C\r\nD E\r\n'));
  });

  it('of an empty body is empty (RFC 6376 §3.4.4)', () => {
    expect(hashOf()).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
    expect(hashOf('', '\r\n', ' \r\n\t\r\n')).toBe(hashOf());
  });

  it('ends with a line also when the body did not', () => {
    expect(hashOf('x')).toBe(sha256('x\r\n'));
    expect(hashOf(' ')).toBe(hashOf());
  });

  it('of a field keeps all bytes that are no blanks or tabs, also a no-break space', () => {
    expect(relaxField('Subject:  \xa0a\t b\xa0 ')).toBe('subject:\xa0a b\xa0');
    expect(relaxField('Subject:\r\n a\r\n\tb: c')).toBe('subject:a b: c');
    expect(relaxField('X-Empty:')).toBe('x-empty:');
  });

  it('of lines that are relaxed is the same buffer, so that pieces cost no second copy', () => {
    const lines = Buffer.from('a b=20=\r\n\r\nc\r\n');
    expect(relaxLines(lines).bytes).toBe(lines);
    expect(relaxLines(Buffer.from('')).bytes).toHaveLength(0);
  });
});

describe('The hash of a body', () => {
  it('of pieces is that of the whole, wherever whole lines part', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const whole = pieces.join('');
        expect(hashOf(...pieces)).toBe(sha256(relaxedBody(whole)));
        expect(hashOf(...pieces)).toBe(hashOf(whole));
        expect(hashBody([joinRelaxed(piecesOf(pieces))], NO_FILL)).toBe(hashOf(whole));
      }),
      { numRuns: 1000 },
    );
  });

  it('is that of the filled body, in pieces and joined, after white space before it went', () => {
    const lines = { ...relaxLines(Buffer.from('a  b\r\n\r\n')), openAt: [0] };
    const hole = { ...relaxLines(Buffer.from('?=\r\n')), openAt: [0] };
    const pieces = [lines, hole, lines];
    const wanted = sha256('X b\r\n\r\nX=\r\nX b\r\n');
    expect(hashBody(pieces, Buffer.from('X'))).toBe(wanted);
    expect(hashBody([joinRelaxed(pieces)], Buffer.from('X'))).toBe(wanted);
  });

  it('of a body larger than the block is the same', () => {
    const large = 'x'.repeat(74).concat('\r\n').repeat(3000);
    expect(hashOf(large, large)).toBe(sha256(large + large));
  });

  it('counts blank lines between pieces, but none at the end', () => {
    expect(hashOf('a\r\n\r\n', ' \r\n', 'b\r\n', '\r\n')).toBe(sha256('a\r\n\r\n\r\nb\r\n'));
  });
});
