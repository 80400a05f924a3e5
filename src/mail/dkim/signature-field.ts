import { memoise } from '../../domain/memoise.ts';
import { canonicalizeField } from './relaxed-canonicalization.ts';

/** A DKIM-Signature field that ends with an empty `b=`, without CRLF: as it is written, and in the
 *  canonical form that is signed (RFC 6376 §3.5, §3.7). */
interface UnsignedField {
  field: string;
  canonical: string;
}

/**
 * Returns a function that makes the field from the names of the signed fields, in the order of
 * signing, and the hash of the body in base64. There is no time in it (`t=`, `x=`), so that a
 * message sent again has the same bytes.
 */
export function createUnsignedFieldFactory(domain: string, selector: string) {
  const tags = ['v=1;', 'a=rsa-sha256;', 'c=relaxed/relaxed;', `d=${domain};`, `s=${selector};`];
  const start = `${foldField('DKIM-Signature:', tags, ' ')}\r\n`;
  // Thousands of messages in a row have the same names.
  const startFor = memoise((names: string): UnsignedField => {
    const field = start + foldField(' h=', `${names};`.split(AFTER_COLON), '');
    return { field, canonical: canonicalizeField(field) };
  });
  return (names: readonly string[], bodyHash: string): UnsignedField => {
    const { field, canonical } = startFor(names.join(':'));
    return {
      field: `${field}\r\n bh=${bodyHash};\r\n b=`,
      canonical: `${canonical} bh=${bodyHash}; b=`,
    };
  };
}

/** The finished field, with its CRLF. */
export function formatSignedField(unsigned: string, signature: string): string {
  const chunks = signature.match(/.{1,72}/g) ?? [];
  return `${unsigned}${chunks.join('\r\n ')}\r\n`;
}

/** `tokens` after `start`, folded into lines of at most `MAX_LINE` characters. */
function foldField(start: string, tokens: readonly string[], separator: string): string {
  let folded = start;
  let length = start.length;
  for (const token of tokens) {
    const fits = length + separator.length + token.length <= MAX_LINE;
    folded += fits ? separator + token : `\r\n ${token}`;
    length = fits ? length + separator.length + token.length : 1 + token.length;
  }
  return folded;
}

const AFTER_COLON = /(?<=:)/;

/** RFC 5322 §2.1.1. */
const MAX_LINE = 78;
