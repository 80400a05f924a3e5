import { hash } from 'node:crypto';
import {
  createSegment,
  NO_PLACEHOLDERS,
  type Segment,
  writeSegment,
} from '../../domain/smtp/message.ts';

/** Lines of a body in the relaxed form of RFC 6376 §3.4.4. Blank lines at their end are counted
 *  apart: at the end of the whole body they do not count. The bytes end with CRLF and hold no blank line
 *  at their end; they are empty when every line is blank. */
export interface CanonicalLines extends Segment {
  blankLines: number;
}

/**
 * Whole lines of a body in relaxed form; a CRLF that lacks at the end is added. White space changes
 * within lines only, so a body may be relaxed piece by piece when each piece ends with a line.
 * Returns the same buffer where nothing changes, which is the rule for quoted-printable.
 */
export function canonicalizeLines(lines: Buffer): CanonicalLines {
  if (lines.length === 0)
    return { bytes: lines, placeholderOffsets: NO_PLACEHOLDERS, blankLines: 0 };
  const text = lines.toString('latin1');
  if (isCanonical(text)) return stripBlankLines(lines, text);
  const relaxed = text.replace(WHITE_SPACE, ' ').replace(SPACE_AT_LINE_END, '');
  const ended = relaxed.endsWith(CRLF) ? relaxed : relaxed + CRLF;
  return stripBlankLines(Buffer.from(ended, 'latin1'), ended);
}

/** Several pieces as one. */
export function joinCanonicalLines(chunks: readonly CanonicalLines[]): CanonicalLines {
  const placeholderOffsets: number[] = [];
  const bytes: Buffer[] = [];
  let length = 0;
  const blankLines = forEachSegment(chunks, (segment) => {
    for (const at of segment.placeholderOffsets) placeholderOffsets.push(length + at);
    bytes.push(segment.bytes);
    length += segment.bytes.length;
  });
  return { bytes: Buffer.concat(bytes), placeholderOffsets, blankLines };
}

/** Hashes one body after the other: `pieces`, one behind the other, with `fill` in what they leave open; in
 *  base64 (`bh=`). */
export type HashBody = (chunks: readonly CanonicalLines[], fill: Buffer) => string;

/** To copy a body into one block and hash that takes a fifth of the time of hashing it piece by piece. */
export function createBodyHasher(): HashBody {
  const ownBlock = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  return (chunks, fill) => {
    const neededBytes = measureLength(chunks);
    const block = neededBytes > BLOCK_BYTES ? Buffer.allocUnsafe(neededBytes) : ownBlock;
    let length = 0;
    forEachSegment(chunks, (segment) => {
      writeSegment(segment, fill, block, length);
      length += segment.bytes.length;
    });
    return hash('sha256', block.subarray(0, length), 'base64');
  };
}

/** Calls `use` for what counts of the pieces, one behind the other: a blank line does when something
 *  follows. Returns how many blank lines are left over at the end. */
function forEachSegment(
  chunks: readonly CanonicalLines[],
  use: (segment: Segment) => void,
): number {
  let blankLines = 0;
  for (const chunk of chunks) {
    if (chunk.bytes.length > 0) {
      for (; blankLines > 0; blankLines -= 1) use(BLANK_LINE);
      use(chunk);
    }
    blankLines += chunk.blankLines;
  }
  return blankLines;
}

function measureLength(chunks: readonly CanonicalLines[]): number {
  let neededBytes = 0;
  for (const { bytes, blankLines } of chunks)
    neededBytes += bytes.length + blankLines * CRLF.length;
  return neededBytes;
}

/** A header field in relaxed form, without its CRLF (RFC 6376 §3.4.2). */
export function canonicalizeField(field: string): string {
  const colon = field.indexOf(':');
  const name = field.slice(0, colon).toLowerCase().replace(WHITE_SPACE, '');
  const text = field.slice(colon + 1);
  if (text.startsWith(' ') && !NEEDS_CANONICALIZING.test(text)) return `${name}:${text.slice(1)}`;
  const value = text.replaceAll(CRLF, '');
  return `${name}:${value.replace(WHITE_SPACE, ' ').replace(SPACE_AROUND, '')}`;
}

/** The fields of a header block, folded as they are, without their CRLF. */
export function splitFields(headers: string): string[] {
  return headers.split(FIELD_END).filter((field) => field !== '');
}

/** Whether these are whole lines without white space to reduce. */
function isCanonical(text: string): boolean {
  const hasSpace = text.includes('  ') || text.includes('\t') || text.includes(` ${CRLF}`);
  return text.endsWith(CRLF) && !hasSpace;
}

/** `text` says what is in `lines`. */
function stripBlankLines(lines: Buffer, text: string): CanonicalLines {
  let end = text.length;
  while (end >= 4 && text.endsWith(CRLF, end - 2)) end -= 2;
  if (end === 2 && text.startsWith(CRLF)) end = 0;
  return {
    bytes: end === text.length ? lines : lines.subarray(0, end),
    placeholderOffsets: NO_PLACEHOLDERS,
    blankLines: (text.length - end) / CRLF.length,
  };
}

const CRLF = '\r\n';
const BLANK_LINE = createSegment(Buffer.from(CRLF));
/** Room for a digest. */
const BLOCK_BYTES = 128 * 1024;
const FIELD_END = /\r\n(?![ \t])/;
/** What few values have beside the blank before them. */
const NEEDS_CANONICALIZING = / {2}|[\t\r]| $/;
const WHITE_SPACE = /[ \t]+/g;
const SPACE_AROUND = /^ | $/g;
const SPACE_AT_LINE_END = / (?=\r\n|$)/g;
