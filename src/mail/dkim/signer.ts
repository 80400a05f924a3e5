import { type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { NO_FILL } from '../../domain/message.ts';
import { createBodyHash, fieldsOf, type RelaxedLines, relaxLines } from './relaxed.ts';
import { signedField, unsignedFields } from './signature-field.ts';
import { chooseFields } from './signed-fields.ts';

/** Signs messages for one domain (DKIM, RFC 6376): rsa-sha256, relaxed/relaxed, the whole body. */
export interface Signer {
  /**
   * The DKIM-Signature field, folded and with its CRLF, that goes in front of `headers`. `headers` are
   * the fields without the blank line behind them; `body` is everything after it, in pieces of whole
   * lines, with `fill` in what they leave open. Same arguments, same signature.
   */
  sign(headers: string, body: readonly RelaxedLines[], fill: Buffer): Promise<string>;
}

/** What is needed to sign. */
export interface SigningKey {
  /** `d=`: the domain that vouches for the mail. */
  domain: string;
  /** `s=`: the public key is at `<selector>._domainkey.<domain>`. */
  selector: string;
  /** RSA. */
  privateKey: KeyObject;
}

/** A signer. The body is hashed at once, some 30 µs for 45 KB; the signature itself, ten times
 *  that, is made in the thread pool. */
export function createSigner({ domain, selector, privateKey }: SigningKey): Signer {
  const unsignedField = unsignedFields(domain, selector);
  const hashBody = createBodyHash();
  return {
    sign: async (headers, body, fill) => {
      const { names, relaxed } = chooseFields(fieldsOf(headers));
      const unsigned = unsignedField(names, hashBody(body, fill));
      const signed = [...relaxed, unsigned.relaxed].join('\r\n');
      const signature = await signInPool('RSA-SHA256', Buffer.from(signed, 'latin1'), privateKey);
      return signedField(unsigned.field, signature.toString('base64'));
    },
  };
}

/** The field that goes in front of `raw`, a whole message with CRLF lines. */
export function signRaw(signer: Signer, raw: Buffer): Promise<string> {
  const { headers, body } = splitRaw(raw);
  return signer.sign(headers, [relaxLines(body)], NO_FILL);
}

/** The header fields of a message without the blank line behind them, and its body. */
export function splitRaw(raw: Buffer): { headers: string; body: Buffer } {
  const blank = raw.indexOf('\r\n\r\n');
  if (blank === -1) return { headers: raw.toString('latin1'), body: Buffer.alloc(0) };
  return {
    headers: raw.toString('latin1', 0, blank + 2),
    body: raw.subarray(blank + 4),
  };
}

/** With a callback Node signs in libuv's thread pool; without one on the thread that asks. */
const signInPool = promisify<string, Buffer, KeyObject, Buffer>(sign);
