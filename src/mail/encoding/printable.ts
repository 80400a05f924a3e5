/**
 * `text` as one line that is safe in a header, HTML and plain text: white space collapsed, without
 * control characters, lone surrogates, and marks that change the direction of all text after them
 * (UAX #9).
 */
export function toSingleLine(text: string): string {
  if (PRINTABLE_LINE.test(text)) return text;
  return text
    .replace(LONE_SURROGATE, '\u{fffd}')
    .replace(DIRECTION_MARK, '')
    .replace(CONTROL, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** `text`, cut between two words when it is longer than `maxLength` characters. */
export function truncateText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const head = text.slice(0, maxLength).replace(LONE_SURROGATE, '');
  const lastSpace = head.lastIndexOf(' ');
  return lastSpace > maxLength / 2 ? head.slice(0, lastSpace) : head;
}

/** Matches most texts, which need no change. */
const PRINTABLE_LINE = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;
const LONE_SURROGATE = /\p{Cs}/gu;
const DIRECTION_MARK = /[\u202a-\u202e\u2066-\u2069]/g;
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/gu;
