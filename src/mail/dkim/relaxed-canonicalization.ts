import { hash } from 'node:crypto';
import {
  createSegment,
  NO_PLACEHOLDERS,
  type Segment,
  writeSegment,
} from '../../domain/smtp/message.ts';

/** Lines of a body in the relaxed form of RFC 6376 §3.4.4. Blank lines at their end are only
 *  counted, since those at the end of the whole body are ignored. The bytes end with CRLF and not
 *  with a blank line; they are empty when every line is blank. */
export interface CanonicalLines extends Segment {
  blankLines: number;
}

/**
 * Lines of a body in relaxed form; a missing CRLF at the end is added. White space changes only
 * within lines, so chunks that end with a line may be canonicalized separately. Returns the same
 * buffer when nothing changes, as is usual for quoted-printable.
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

/** Several chunks as one. */
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

/** Returns the hash of a body in base64 (`bh=`): `chunks`, joined, with `fill` in their
 *  placeholders. */
type HashBody = (chunks: readonly CanonicalLines[], fill: Buffer) => string;

/** Copies each body into one block before hashing: five times as fast as hashing chunk by chunk. */
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

/** Calls `use` for each chunk and for each blank line that something follows, in order. Returns the
 *  number of blank lines at the end. */
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

/** Whether these are whole lines that canonicalization leaves unchanged. */
function isCanonical(text: string): boolean {
  const hasSpace = text.includes('  ') || text.includes('\t') || text.includes(` ${CRLF}`);
  return text.endsWith(CRLF) && !hasSpace;
}

/** `text` is the decoded `lines`. */
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
/** Large enough for a digest. */
const BLOCK_BYTES = 128 * 1024;
const FIELD_END = /\r\n(?![ \t])/;
/** Matches few values. */
const NEEDS_CANONICALIZING = / {2}|[\t\r]| $/;
const WHITE_SPACE = /[ \t]+/g;
const SPACE_AROUND = /^ | $/g;
const SPACE_AT_LINE_END = / (?=\r\n|$)/g;
