import { findEndOutsideToken, TOKEN_STAND_IN } from './token-stand-in.ts';

/** Longest encoded line, without its CRLF (RFC 2045 §6.7, rule 5). */
const MAX_LINE = 76;

/**
 * `text` as quoted-printable in UTF-8 (RFC 2045 §6.7), in lines of at most 76 characters separated
 * by CRLF. Every `\n` is a line break; a `\r` is data. No line begins with a dot or with `From `,
 * so neither SMTP nor an mbox needs stuffing. Stand-ins for tokens stay as they are.
 */
export function encodeQuotedPrintable(text: string): string {
  return encodeLines(text, MAX_LINE);
}

/**
 * `text` encoded such that another chunk can follow: it ends with a line break, a soft one when the
 * text does not end with its own. So chunks can be encoded in advance and separately.
 */
export function encodeChunk(text: string): Buffer {
  if (SHORT_LINES.test(text)) return Buffer.from(`${text.replaceAll('\n', '\r\n')}=\r\n`, 'latin1');
  const isAtLineStart = text === '' || text.endsWith('\n');
  const encoded = isAtLineStart
    ? encodeQuotedPrintable(text)
    : `${encodeLines(text, MAX_LINE - 1)}=\r\n`;
  return Buffer.from(encoded, 'latin1');
}

/** The last line is at most `maxLastLength` long. */
function encodeLines(text: string, maxLastLength: number): string {
  if (!text.includes('\n')) return encodeLine(text, maxLastLength);
  const lines = text.split('\n');
  const last = lines.length - 1;
  return lines
    .map((line, at) => encodeLine(line, at === last ? maxLastLength : MAX_LINE))
    .join('\r\n');
}

/** The last line that `line` is broken into is at most `maxLastLength` long. */
function encodeLine(line: string, maxLastLength: number): string {
  const literal = line.replace(NOT_LITERAL, encodeBytes).replace(SPACE_AT_END, encodeBytes);
  let rest = protectStart(literal);
  let lines = '';
  while (rest.length > maxLastLength) {
    const end = findLineEnd(rest);
    lines += `${rest.slice(0, end)}=\r\n`;
    rest = protectStart(rest.slice(end));
  }
  return lines + rest;
}

/** Where the line must end to leave room for the `=` and not to divide an `=XX` or a token. */
function findLineEnd(encoded: string): number {
  const end = findEndOutsideToken(encoded, MAX_LINE - 1);
  const lastEscape = encoded.lastIndexOf('=', end - 1);
  return lastEscape > end - 3 ? lastEscape : end;
}

function protectStart(encoded: string): string {
  if (encoded.startsWith('.')) return `=2E${encoded.slice(1)}`;
  return encoded.startsWith('From ') ? `=46${encoded.slice(1)}` : encoded;
}

function encodeBytes(text: string): string {
  if (text.includes(TOKEN_STAND_IN)) {
    return text.split(TOKEN_STAND_IN).map(encodeBytes).join(TOKEN_STAND_IN);
  }
  let encoded = '';
  for (const byte of Buffer.from(text)) {
    encoded += `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

/** Matches most texts of a single subscriber, which need no encoding. */
const SHORT_LINES =
  /^(?!\.|From )[\x20-\x3c\x3e-\x7e]{0,74}[\x21-\x3c\x3e-\x7e](?:\n(?!\.|From )[\x20-\x3c\x3e-\x7e]{0,74}[\x21-\x3c\x3e-\x7e])*$/;
const NOT_LITERAL = /[^\x20-\x3c\x3e-\x7e]+/g;
const SPACE_AT_END = / $/;
