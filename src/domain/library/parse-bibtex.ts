import type { ParsedEntry } from './library-entry.ts';

/** An entry with more characters is cut off: an unclosed brace must not swallow the file. */
const MAX_ENTRY_CHARS = 64 * 1024;

/** Most `@string` abbreviations. */
const MAX_STRINGS = 500;

/**
 * Yields the entries of a BibTeX file, each on its own: a broken entry is `unreadable` and the next
 * one that starts a line is read. Braces nest to any depth. Linear in the length of an entry.
 */
export function* parseBibtex(text: string): Generator<ParsedEntry> {
  const strings = new Map<string, string>();
  ENTRY_START.lastIndex = 0;
  for (let at = 0; ; ) {
    ENTRY_START.lastIndex = at;
    const start = ENTRY_START.exec(text);
    if (start === null) return;
    const [, type = '', opening = ''] = start;
    const scanner = createScanner(text, ENTRY_START.lastIndex, opening === '{' ? '}' : ')');
    const kind = type.toLowerCase();
    if (kind === 'comment' || kind === 'preamble') {
      at = scanner.position();
      continue;
    }
    const fields = kind === 'string' ? readString(scanner, strings) : readEntry(scanner, strings);
    at = scanner.position();
    if (kind !== 'string') yield fields === null ? 'unreadable' : toRawEntry(fields);
  }
}

/** BibTeX ignores what is between entries; an email address there starts none. */
const ENTRY_START = /(?<![\w.])@[ \t]*([a-z]{1,30})\s{0,100}([{(])/gi;

type Fields = Map<string, string>;
type Scanner = ReturnType<typeof createScanner>;

/** Reads from `start` on; no method moves beyond `MAX_ENTRY_CHARS`. */
function createScanner(text: string, start: number, closing: '}' | ')') {
  const end = Math.min(text.length, start + MAX_ENTRY_CHARS);
  let at = start;
  const skipSpace = () => {
    while (at < end && /\s/.test(text.charAt(at))) at += 1;
  };
  const read = (pattern: RegExp): string | null => {
    skipSpace();
    pattern.lastIndex = at;
    const [found] = pattern.exec(text) ?? [];
    if (found === undefined) return null;
    at += found.length;
    return found;
  };
  /** The text up to the closing delimiter at depth 0; null when an entry starts before it. */
  const readBalanced = (delimiter: '}' | '"'): string | null => {
    const from = at + 1;
    let depth = 0;
    for (at = from; at < end; at += 1) {
      const character = text.charAt(at);
      if (character === delimiter && depth === 0) {
        at += 1;
        return text.slice(from, at - 1);
      }
      if (character === '{') depth += 1;
      else if (character === '}') depth -= 1;
      else if (character === '\n' && startsEntry(text, at + 1)) return null;
      if (depth < 0) return null;
    }
    return null;
  };
  return {
    position: () => at,
    read,
    readBalanced,
    accept: (character: string): boolean => {
      skipSpace();
      if (at >= end || text.charAt(at) !== character) return false;
      at += 1;
      return true;
    },
    peek: (): string => {
      skipSpace();
      return at < end ? text.charAt(at) : '';
    },
    closing,
  };
}

/** Whether an entry starts at the beginning of a line: then the one before it was not closed. */
function startsEntry(text: string, lineStart: number): boolean {
  if (text.charAt(lineStart) !== '@') return false;
  LINE_ENTRY.lastIndex = lineStart;
  return LINE_ENTRY.test(text);
}

const LINE_ENTRY = /@[a-z]{1,30}[ \t]{0,20}[{(][^\s,{}()]{1,200},/iy;

const KEY = /[^,\s{}()]{0,300}(?=\s{0,100}[,})])/y;
const FIELD_NAME = /[^\s={}(),"#%\\]{1,60}(?=\s{0,100}=)/y;
const WORD = /[^\s={}(),"#%\\]{1,200}/y;

/** The fields after the key; null when the entry is broken. */
function readEntry(scanner: Scanner, strings: ReadonlyMap<string, string>): Fields | null {
  if (scanner.read(KEY) === null) return null;
  const fields: Fields = new Map();
  for (;;) {
    while (scanner.accept(','));
    if (scanner.accept(scanner.closing)) return fields;
    const field = readField(scanner, strings);
    if (field === null) return null;
    if (!fields.has(field.name)) fields.set(field.name, field.value);
  }
}

/** `@string{tacl = "Transactions of the ACL"}`. */
function readString(scanner: Scanner, strings: Map<string, string>): Fields | null {
  const field = readField(scanner, strings);
  if (field !== null && strings.size < MAX_STRINGS) strings.set(field.name, field.value);
  return null;
}

function readField(
  scanner: Scanner,
  strings: ReadonlyMap<string, string>,
): { name: string; value: string } | null {
  const name = scanner.read(FIELD_NAME)?.toLowerCase();
  if (name === undefined || !scanner.accept('=')) return null;
  const parts: string[] = [];
  let length = 0;
  do {
    const part = readPart(scanner, strings);
    if (part === null) return null;
    // Abbreviations of abbreviations would grow without bounds.
    if (length < MAX_ENTRY_CHARS) parts.push(part);
    length += part.length;
  } while (scanner.accept('#'));
  return { name, value: parts.join('').slice(0, MAX_ENTRY_CHARS) };
}

function readPart(scanner: Scanner, strings: ReadonlyMap<string, string>): string | null {
  const first = scanner.peek();
  if (first === '{') return scanner.readBalanced('}');
  if (first === '"') return scanner.readBalanced('"');
  const word = scanner.read(WORD);
  return word === null ? null : (strings.get(word.toLowerCase()) ?? word);
}

function toRawEntry(fields: Fields): ParsedEntry {
  const text = (name: string) => fields.get(name) ?? '';
  const archive = text('archiveprefix') || text('eprinttype');
  const eprint = archive === '' || /^arxiv$/i.test(archive.trim()) ? text('eprint') : '';
  return {
    title: text('title'),
    abstract: text('abstract'),
    doi: text('doi'),
    mentions: [
      eprint,
      text('arxivid'),
      text('url'),
      ...['journal', 'journaltitle', 'howpublished', 'note', 'number', 'volume'].map(text),
    ],
  };
}
