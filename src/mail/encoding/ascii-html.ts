/**
 * Lines of HTML that pass every relay as they are (7bit), which takes a tenth less than
 * quoted-printable: characters outside ASCII become references, and lines end where there is white
 * space. No line begins with a dot or with `From `, so neither SMTP nor an mbox needs stuffing.
 */
export function encodeHtml(html: string): Buffer {
  if (html === '') return NO_BYTES;
  if (SHORT_LINE.test(html)) return Buffer.from(`${html}\r\n`, 'latin1');
  const lines = html
    .replace(NOT_ASCII, toReference)
    .split(STYLE_SHEET)
    .flatMap((text, at) => (at % 2 === 1 ? wrapStyleSheet(text) : wrapMarkup(text)));
  return Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1');
}

/** A word may be longer than a line. */
function wrapMarkup(html: string): string[] {
  const lines: string[] = [];
  let line = '';
  const breakable = LONG_RUN.test(html) ? html.replace(LONG_WORD, '$&<wbr >') : html;
  for (const word of breakable.split(WHITE_SPACE)) {
    if (word === '') continue;
    if (line === '') line = protectStart(word);
    else if (line.length + 1 + word.length <= MAX_LINE || line.endsWith(CONDITION)) {
      line += ` ${word}`;
    } else {
      lines.push(line);
      line = protectStart(word);
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** References mean nothing in a style sheet: its lines begin with a brace instead of a dot. */
function wrapStyleSheet(sheet: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const rule of sheet.split(BEFORE_RULE_END)) {
    if (line.length + rule.length <= MAX_LINE) line += rule;
    else {
      lines.push(line);
      line = rule;
    }
  }
  return [...lines, line];
}

function protectStart(word: string): string {
  if (word.startsWith('.')) return `&#46;${word.slice(1)}`;
  return word === 'From' ? '&#70;rom' : word;
}

function toReference(character: string): string {
  return `&#${character.codePointAt(0)};`;
}

const NO_BYTES = Buffer.alloc(0);

/** In characters. RFC 5322 §2.1.1 allows 998. No URL in an email has more than 900. */
const MAX_LINE = 200;

/** Matches most texts of a single subscriber, which need no encoding. */
const SHORT_LINE = /^(?![. ]|From )(?!.* {2})[\x20-\x7e]{0,199}[\x21-\x7e]$/;
const NOT_ASCII = /[^\0-\x7f]/gu;
const WHITE_SPACE = /[ \n]+/;
const STYLE_SHEET = /(<style>[^<]*<\/style>)/;
const BEFORE_RULE_END = /(?=})/;
/** Begins a conditional comment for Outlook, which must not be divided. */
const CONDITION = '[if';
const LONG_RUN = /[^ \n]{500}/;
/** Thirty characters of text, outside tags, without white space. */
const LONG_WORD = /(?:&#?\w+;|[^\s<>&]){30}(?=[^<>]*(?:<|$))/g;
