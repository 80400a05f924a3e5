import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_PLACEHOLDER_VALUE } from '../../../src/domain/smtp/message.ts';
import {
  type CanonicalLines,
  canonicalizeField,
  canonicalizeLines,
  createBodyHasher,
  joinCanonicalLines,
  splitFields,
} from '../../../src/mail/dkim/relaxed-canonicalization.ts';

const hashBody = createBodyHasher();

function sha256(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('base64');
}

function hashOf(...chunks: string[]): string {
  return hashBody(chunksOf(chunks), NO_PLACEHOLDER_VALUE);
}

function chunksOf(chunks: readonly string[]): CanonicalLines[] {
  return chunks.map((chunk) => canonicalizeLines(Buffer.from(chunk, 'latin1')));
}

/** RFC 6376 §3.4.4 implemented line by line, independently of src. */
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
const chunk = fc
  .array(fc.oneof(line, fc.constantFrom('', ' ', '\t ')), { maxLength: 5 })
  .map((lines) => lines.map((each) => `${each}\r\n`).join(''));

describe('Relaxed canonicalization', () => {
  it('The canonical form is that of the example in RFC 6376 §3.4.5', () => {
    expect(splitFields('A: X\r\nB : Y\t\r\n\tZ  \r\n').map(canonicalizeField)).toEqual([
      'a:X',
      'b:Y Z',
    ]);
    const { bytes, blankLines } = canonicalizeLines(Buffer.from(' C \r\nD \t E\r\n\r\n\r\n'));
    expect(bytes.toString()).toBe(' C\r\nD E\r\n');
    expect(blankLines).toBe(2);
    expect(hashOf(' C \r\nD \t E\r\n\r\n\r\n')).toBe(sha256(' C\r\nD E\r\n'));
  });

  it('The canonical form of an empty body is empty (RFC 6376 §3.4.4)', () => {
    expect(hashOf()).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
    expect(hashOf('', '\r\n', ' \r\n\t\r\n')).toBe(hashOf());
  });

  it('The canonical form ends with a line end, also when the body does not', () => {
    expect(hashOf('x')).toBe(sha256('x\r\n'));
    expect(hashOf(' ')).toBe(hashOf());
  });

  it('The canonical form of a field keeps all bytes but spaces and tabs, also a no-break space', () => {
    expect(canonicalizeField('Subject:  \xa0a\t b\xa0 ')).toBe('subject:\xa0a b\xa0');
    expect(canonicalizeField('Subject:\r\n a\r\n\tb: c')).toBe('subject:a b: c');
    expect(canonicalizeField('X-Empty:')).toBe('x-empty:');
  });

  it('Lines that are already canonical are returned as the same buffer, without a copy', () => {
    const lines = Buffer.from('a b=20=\r\n\r\nc\r\n');
    expect(canonicalizeLines(lines).bytes).toBe(lines);
    expect(canonicalizeLines(Buffer.from('')).bytes).toHaveLength(0);
  });
});

describe('The hash of a body', () => {
  it('The hash of chunks is that of the whole body, wherever it is divided', () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 8 }), (chunks) => {
        const whole = chunks.join('');
        expect(hashOf(...chunks)).toBe(sha256(relaxedBody(whole)));
        expect(hashOf(...chunks)).toBe(hashOf(whole));
        expect(hashBody([joinCanonicalLines(chunksOf(chunks))], NO_PLACEHOLDER_VALUE)).toBe(
          hashOf(whole),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('The hash is that of the body with its placeholders filled, in chunks and joined', () => {
    const lines = { ...canonicalizeLines(Buffer.from('a  b\r\n\r\n')), placeholderOffsets: [0] };
    const hole = { ...canonicalizeLines(Buffer.from('?=\r\n')), placeholderOffsets: [0] };
    const chunks = [lines, hole, lines];
    const wanted = sha256('X b\r\n\r\nX=\r\nX b\r\n');
    expect(hashBody(chunks, Buffer.from('X'))).toBe(wanted);
    expect(hashBody([joinCanonicalLines(chunks)], Buffer.from('X'))).toBe(wanted);
  });

  it('The hash of a body larger than the block is correct', () => {
    const large = 'x'.repeat(74).concat('\r\n').repeat(3000);
    expect(hashOf(large, large)).toBe(sha256(large + large));
  });

  it('Blank lines between chunks count in the hash, those at the end do not', () => {
    expect(hashOf('a\r\n\r\n', ' \r\n', 'b\r\n', '\r\n')).toBe(sha256('a\r\n\r\n\r\nb\r\n'));
  });
});
