import { memoise } from '../../domain/memoise.ts';
import { relaxField } from './relaxed.ts';

/** A DKIM-Signature field with an empty `b=` at its end, without CRLF, as it is written and as it is
 *  signed (RFC 6376 §3.5, §3.7). */
export interface UnsignedField {
  field: string;
  relaxed: string;
}

/**
 * Makes the fields of a domain and selector from the names of the signed fields, in the order of their
 * signing, and the body's hash in base64. They tell no time (`t=`, `x=`): a message that is sent again
 * is the same message.
 */
export function unsignedFields(domain: string, selector: string) {
  const tags = ['v=1;', 'a=rsa-sha256;', 'c=relaxed/relaxed;', `d=${domain};`, `s=${selector};`];
  const start = `${fold('DKIM-Signature:', tags, ' ')}\r\n`;
  // Thousands of messages in a row have the same names.
  const startFor = memoise((names: string): UnsignedField => {
    const field = start + fold(' h=', `${names};`.split(AFTER_COLON), '');
    return { field, relaxed: relaxField(field) };
  });
  return (names: readonly string[], bodyHash: string): UnsignedField => {
    const { field, relaxed } = startFor(names.join(':'));
    return {
      field: `${field}\r\n bh=${bodyHash};\r\n b=`,
      relaxed: `${relaxed} bh=${bodyHash}; b=`,
    };
  };
}

/** The finished field, with its CRLF. */
export function signedField(unsigned: string, signature: string): string {
  const chunks = signature.match(/.{1,72}/g) ?? [];
  return `${unsigned}${chunks.join('\r\n ')}\r\n`;
}

/** `parts` behind `start`, on as few lines of at most `MAX_LINE` as their lengths allow. */
function fold(start: string, parts: readonly string[], between: string): string {
  let folded = start;
  let length = start.length;
  for (const part of parts) {
    const fits = length + between.length + part.length <= MAX_LINE;
    folded += fits ? between + part : `\r\n ${part}`;
    length = fits ? length + between.length + part.length : 1 + part.length;
  }
  return folded;
}

const AFTER_COLON = /(?<=:)/;

/** RFC 5322 §2.1.1. */
const MAX_LINE = 78;
