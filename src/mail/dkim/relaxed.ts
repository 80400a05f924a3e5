import { createHash } from 'node:crypto';

/** Lines of a body in the relaxed form of RFC 6376 §3.4.4. Blank lines at their end are counted
 *  apart: at the end of the whole body they do not count. */
export interface RelaxedLines {
  /** Ends with CRLF and holds no blank line at its end; empty when every line is blank. */
  content: Buffer;
  blankLines: number;
}

/**
 * Whole lines of a body in relaxed form; a CRLF that lacks at the end is added. White space changes
 * within lines only, so a body may be relaxed piece by piece when each piece ends with a line.
 * Returns the same buffer where nothing changes, which is the rule for quoted-printable.
 */
export function relaxLines(lines: Buffer): RelaxedLines {
  if (lines.length === 0) return { content: lines, blankLines: 0 };
  const text = lines.toString('latin1');
  if (isRelaxed(text)) return withoutBlankLines(lines, text);
  const relaxed = text.replace(WHITE_SPACE, ' ').replace(SPACE_AT_LINE_END, '');
  const ended = relaxed.endsWith(CRLF) ? relaxed : relaxed + CRLF;
  return withoutBlankLines(Buffer.from(ended, 'latin1'), ended);
}

/** The hash of a body that consists of `pieces`, one behind the other, in base64 (`bh=`). */
export function hashBody(pieces: Iterable<RelaxedLines>): string {
  const hash = createHash('sha256');
  let blankLines = 0;
  for (const piece of pieces) {
    if (piece.content.length > 0) {
      if (blankLines > 0) hash.update(CRLF.repeat(blankLines));
      hash.update(piece.content);
      blankLines = 0;
    }
    blankLines += piece.blankLines;
  }
  return hash.digest('base64');
}

/** A header field in relaxed form, without its CRLF (RFC 6376 §3.4.2). */
export function relaxField(field: string): string {
  const colon = field.indexOf(':');
  const name = field.slice(0, colon).toLowerCase().replace(WHITE_SPACE, '');
  const text = field.slice(colon + 1);
  if (text.startsWith(' ') && !NOT_PLAIN.test(text)) return `${name}:${text.slice(1)}`;
  const value = text.replaceAll(CRLF, '');
  return `${name}:${value.replace(WHITE_SPACE, ' ').replace(SPACE_AROUND, '')}`;
}

/** The fields of a header block, folded as they are, without their CRLF. */
export function fieldsOf(headers: string): string[] {
  return headers.split(FIELD_END).filter((field) => field !== '');
}

/** Whether these are whole lines without white space to reduce. */
function isRelaxed(text: string): boolean {
  const hasSpace = text.includes('  ') || text.includes('\t') || text.includes(` ${CRLF}`);
  return text.endsWith(CRLF) && !hasSpace;
}

/** `text` says what is in `lines`. */
function withoutBlankLines(lines: Buffer, text: string): RelaxedLines {
  let end = text.length;
  while (end >= 4 && text.endsWith(CRLF, end - 2)) end -= 2;
  if (end === 2 && text.startsWith(CRLF)) end = 0;
  return {
    content: end === text.length ? lines : lines.subarray(0, end),
    blankLines: (text.length - end) / CRLF.length,
  };
}

const CRLF = '\r\n';
const FIELD_END = /\r\n(?![ \t])/;
/** What few values have beside the blank before them. */
const NOT_PLAIN = / {2}|[\t\r]| $/;
const WHITE_SPACE = /[ \t]+/g;
const SPACE_AROUND = /^ | $/g;
const SPACE_AT_LINE_END = / (?=\r\n|$)/g;
