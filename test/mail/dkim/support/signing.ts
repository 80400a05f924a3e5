import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { createDkimDnsRecord } from '../../../../src/mail/dkim/open-signer.ts';
import {
  createDkimSigner,
  type SigningKey,
  signRawMessage,
} from '../../../../src/mail/dkim/signer.ts';

/** A new key. */
export function createSigningKey(): SigningKey & { publicKey: KeyObject } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { domain: 'example.org', selector: 'paperboy2026', privateKey, publicKey };
}

/** `raw` with its signature before it. */
export async function signMessage(key: SigningKey, raw: Buffer): Promise<Buffer> {
  return Buffer.concat([Buffer.from(await signRawMessage(createDkimSigner(key), raw)), raw]);
}

/** The result of mailauth, an independent implementation, for the signature of a message. */
export async function verifySignature(key: SigningKey, raw: Buffer): Promise<string> {
  const { name, value } = createDkimDnsRecord(key);
  const resolver = async (domain: string) => {
    if (domain === name) return [[value]];
    throw Object.assign(new Error(`There is no record ${domain}.`), { code: 'ENOTFOUND' });
  };
  const { results } = await dkimVerify(raw, { resolver });
  return results.map(({ status }) => status.result).join(' ');
}
