import { memoise } from '../../domain/memoise.ts';
import { canonicalizeField } from './relaxed-canonicalization.ts';

/** A DKIM-Signature field with an empty `b=` at its end, without CRLF, as it is written and as it is
 *  signed (RFC 6376 §3.5, §3.7). */
export interface UnsignedField {
  field: string;
  canonical: string;
}

/**
 * Makes the fields of a domain and selector from the names of the signed fields, in the order of their
 * signing, and the body's hash in base64. They tell no time (`t=`, `x=`): a message that is sent again
 * is the same message.
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

/** `parts` behind `start`, on as few lines of at most `MAX_LINE` as their lengths allow. */
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
