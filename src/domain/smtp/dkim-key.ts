import { createPrivateKey, type KeyObject } from 'node:crypto';

/** The key that signs mail (DKIM, RFC 6376). */
export interface DkimKey {
  /** The signing domain, in A-labels. */
  domain: string;
  /** The public key is at `<selector>._domainkey.<domain>`. */
  selector: string;
  /** RSA of 2048 bits or more. */
  privateKey: KeyObject;
}

/**
 * The RSA key in `pem` (PKCS#1 or PKCS#8). A literal `\n` counts as a line break, as is usual in
 * environment variables.
 * @throws RangeError that says what was expected and never contains the key.
 */
export function parseDkimPrivateKey(pem: string): KeyObject {
  const key = parsePem(pem.replaceAll('\\n', '\n'));
  if (key === null) {
    throw new RangeError('an RSA private key in PEM form (PKCS#1 or PKCS#8), without a passphrase');
  }
  const { asymmetricKeyType, asymmetricKeyDetails } = key;
  if (asymmetricKeyType === 'ed25519') {
    throw new RangeError(
      'an RSA key, this one is Ed25519: not every receiver verifies it, so it may only ever be a second signature (RFC 8463)',
    );
  }
  if (asymmetricKeyType !== 'rsa') {
    throw new RangeError(`an RSA key, this one is ${asymmetricKeyType} (RFC 8301 §3.1)`);
  }
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
    throw new RangeError(
      `an RSA key of ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits, this one has ${bits} (RFC 8301 §3.2)`,
    );
  }
  return key;
}

/**
 * Whether DKIM for `domain` counts for mail from `fromDomain` under DMARC's relaxed alignment: it
 * is the same or a parent. (A sibling may be aligned as well; to know, one would need a list of the
 * suffixes under which anybody may register.)
 */
export function isAlignedWithFrom(domain: string, fromDomain: string): boolean {
  const [signing, from] = [domain.toLowerCase(), fromDomain.toLowerCase()];
  return from === signing || (signing.includes('.') && from.endsWith(`.${signing}`));
}

function parsePem(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}

/** RFC 8301 §3.2: signers should use 2048 bits or more, verifiers need not take more than 4096. */
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 4096;
