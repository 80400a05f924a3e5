import { PaperboyError } from '../../domain/errors.ts';
import { toSingleLine } from './printable.ts';

export interface Mailbox {
  name: string;
  address: string;
}

/** A header line with free text, such as the subject: folded, and encoded where it is not ASCII. */
export function formatTextHeader(name: string, text: string): string {
  return formatHeader(name, tokenizeText(toSingleLine(text), MAX_LINE - name.length - 2));
}

/** `Name: "Ada" <ada@example.org>`; the address alone when the name is empty. */
export function formatMailboxHeader(name: string, mailbox: Mailbox): string {
  const address = requireAddress(mailbox.address);
  const phrase = tokenizePhrase(mailbox.name, MAX_LINE - name.length - 2);
  return formatHeader(name, phrase.length === 0 ? [address] : [...phrase, `<${address}>`]);
}

/** A header line of ASCII `tokens`, folded only between them. */
export function formatHeader(name: string, tokens: readonly string[]): string {
  let folded = `${name}:`;
  let length = folded.length;
  for (const token of tokens) {
    const fits = length + 1 + token.length <= MAX_LINE;
    folded += fits ? ` ${token}` : `\r\n ${token}`;
    length = fits ? length + 1 + token.length : 1 + token.length;
  }
  return `${folded}\r\n`;
}

/** A display name as tokens for `formatHeader`: atoms, a quoted string or encoded words (RFC 5322
 *  §3.2). */
export function tokenizePhrase(name: string, firstWordLength = MAX_ENCODED_WORD): string[] {
  const text = toSingleLine(name);
  if (text === '') return [];
  const words = text.split(' ');
  if (ATOMS.test(text) && words.every((word) => word.length < MAX_LINE)) return words;
  const quoted = `"${text.replace(/["\\]/g, '\\$&')}"`;
  const isQuotable = ASCII.test(text) && quoted.length < MAX_QUOTED_LENGTH && !text.includes('=?');
  return isQuotable ? [quoted] : encodeWords(text, firstWordLength);
}

/** `Fri, 08 May 2026 05:30:00 +0000` (RFC 5322 §3.3). */
export function formatMailDate(date: Date): string {
  return date.toUTCString().replace('GMT', '+0000');
}

/**
 * Returns `address` when it is safe in a header and an envelope.
 * @throws PaperboyError `UNSENDABLE_ADDRESS` for anything that could end the line, name a second
 * recipient or need SMTPUTF8. Its message does not contain the address, since it ends up in logs.
 */
export function requireAddress(address: string): string {
  if (address.length > MAX_ADDRESS || !ADDRESS.test(address)) {
    throw new PaperboyError(
      'UNSENDABLE_ADDRESS',
      'An address is not plain ASCII of the form local@domain.',
    );
  }
  return address;
}

function tokenizeText(text: string, firstWordLength: number): string[] {
  const words = text.split(' ');
  const isPlain = ASCII.test(text) && !text.includes('=?');
  return isPlain && words.every((word) => word.length < MAX_LINE)
    ? words
    : encodeWords(text, firstWordLength);
}

/** Q encoding that leaves only the characters that are safe in a phrase (RFC 2047 §5, rule 3). An
 *  encoded word never ends inside a code point. */
function encodeWords(text: string, firstWordLength: number): string[] {
  const words: string[] = [];
  let maxPayloadLength = Math.min(firstWordLength, MAX_ENCODED_WORD) - ENCODED_WORD_OVERHEAD;
  let word = '';
  for (const character of text) {
    const encoded = encodeCharacter(character);
    if (word.length + encoded.length > maxPayloadLength) {
      words.push(word);
      word = '';
      maxPayloadLength = MAX_ENCODED_WORD - ENCODED_WORD_OVERHEAD;
    }
    word += encoded;
  }
  return [...words, word].map((payload) => `=?utf-8?Q?${payload}?=`);
}

function encodeCharacter(character: string): string {
  if (character === ' ') return '_';
  if (/[A-Za-z0-9!*+/-]/.test(character)) return character;
  const hex = Buffer.from(character).toString('hex').toUpperCase();
  return hex.replace(/../g, '=$&');
}

/** RFC 5322 §2.1.1 recommends 78. */
const MAX_LINE = 78;
/** RFC 2047 §2. */
const MAX_ENCODED_WORD = 75;
/** Length of `=?utf-8?Q?` and `?=`. */
const ENCODED_WORD_OVERHEAD = 12;
const MAX_QUOTED_LENGTH = 60;
/** RFC 5321 §4.5.3.1.3, less the angle brackets. */
const MAX_ADDRESS = 254;

const ASCII = /^[\x20-\x7e]*$/;
const ATOMS = /^(?!.*=\?)[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]+$/;
const ADDRESS = /^(?:[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]+|"(?:[ !#-[\]-~]|\\[ -~])+")@[A-Za-z0-9.-]+$/;
