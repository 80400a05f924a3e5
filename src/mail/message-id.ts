import { createHmac } from 'node:crypto';

/**
 * The Message-ID of one subscriber's copy of one digest, with its angle brackets: the same for every
 * attempt, so that receivers can tell a repetition; without `key` it tells nothing about either.
 */
export function messageIdFor(
  digestId: number,
  subscriberId: number,
  key: Buffer,
  domain: string,
): string {
  const hash = createHmac('sha256', key).update(`message ${digestId} ${subscriberId}`);
  return `<${hash.digest('hex').slice(0, HASH_LENGTH)}@${domain}>`;
}

/** 128 bits, in hexadecimal digits. */
const HASH_LENGTH = 32;
