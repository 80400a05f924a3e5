import { createPublicKey, type KeyObject } from 'node:crypto';
import { PaperboyError } from '../../domain/errors.ts';
import { createDkimSigner, type DkimSigner, type SigningKey, signRawMessage } from './signer.ts';
import { findSignatureProblem } from './verify-signature.ts';

/** A signer that has passed its self-test. @throws PaperboyError `DKIM_DOES_NOT_VERIFY`. */
export function openSigner(key: SigningKey): Promise<DkimSigner> {
  return selfTestSigner(createDkimSigner(key), createPublicKey(key.privateKey));
}

/**
 * Returns `signer` after it has signed a sample message whose signature verifies with the public
 * key. Mail with an invalid signature is worse than mail without one.
 * @throws PaperboyError `DKIM_DOES_NOT_VERIFY`.
 */
export async function selfTestSigner(
  signer: DkimSigner,
  publicKey: KeyObject,
): Promise<DkimSigner> {
  const field = await signRawMessage(signer, SAMPLE).catch((cause) =>
    throwDoesNotVerify(cause.message, cause),
  );
  const signed = Buffer.concat([Buffer.from(field, 'latin1'), SAMPLE]);
  const problem = findSignatureProblem(signed, publicKey);
  return problem === null ? signer : throwDoesNotVerify(problem);
}

/** Name and value of the TXT record with the public key (RFC 6376 §3.6.1). */
export function createDkimDnsRecord({ domain, selector, privateKey }: SigningKey): {
  name: string;
  value: string;
} {
  const key = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return {
    name: `${selector}._domainkey.${domain}`,
    value: `v=DKIM1; k=rsa; p=${key.toString('base64')}`,
  };
}

function throwDoesNotVerify(problem: string, cause?: unknown): never {
  throw new PaperboyError(
    'DKIM_DOES_NOT_VERIFY',
    `A sample message signed with DKIM_PRIVATE_KEY does not verify: ${problem}. Receivers would refuse such mail: make a new key, or unset DKIM_DOMAIN, DKIM_SELECTOR and DKIM_PRIVATE_KEY.`,
    { cause },
  );
}

/** Covers what could break a signature: folds, repeated fields, white space, blank lines at the
 *  end. */
const SAMPLE = Buffer.from(
  [
    'From: "A sample" <sample@example.org>',
    'To: sample@example.org',
    'Subject: =?utf-8?Q?A_sample?=\r\n  in two  lines',
    'Date: Fri, 08 May 2026 05:00:00 +0000',
    'Message-ID:\r\n <sample@example.org>',
    'List-Unsubscribe: <https://example.org/unsubscribe/sample>',
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    'List-Example: one',
    'List-Example: two',
    'MIME-Version: 1.0',
    '',
    'Two  spaces,\tand one at the end ',
    '',
    '--=_end--',
    '',
    '',
    '',
  ].join('\r\n'),
  'latin1',
);
