import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';

/** Whose token it is. A `digestId` of 0 stands for the subscriber alone, without a delivery. */
export interface TokenSubject {
  digestId: number;
  subscriberId: number;
}

/** Makes and reads the opaque tokens in links. */
export interface Tokens {
  /** 22 characters of the base64url alphabet; the same subject always gives the same token. */
  seal(subject: TokenSubject): string;
  /** Whose token it is, or null when none of the keys made it. */
  open(token: string): TokenSubject | null;
  /** The token of a letter: unguessable, and made again for each retry instead of being stored. */
  sealLetter(letterId: number): string;
}

export const TOKEN_LENGTH = 22;
const TOKEN = /^[A-Za-z0-9_-]{22}$/;
const MAX_DIGEST_ID = 2 ** 24 - 1;
const MAX_SUBSCRIBER_ID = 2 ** 40 - 1;

/**
 * Tokens under `keys`: the first seals, all open, so that a key can be replaced without breaking
 * the links in mails already sent.
 *
 * A token is one block of AES-256: three bytes of digest, five of subscriber, eight of zeros.
 * Without the key it tells nothing, and a guess opens with a chance of 2^-64.
 */
export function createTokens(keys: readonly string[]): Tokens {
  const [first] = keys;
  if (first === undefined) throw new RangeError('createTokens needs at least one key.');
  const sealing = createCipheriv('aes-256-ecb', blockKey(first), null).setAutoPadding(false);
  const opening = keys.map((key) =>
    createDecipheriv('aes-256-ecb', blockKey(key), null).setAutoPadding(false),
  );
  return {
    seal: (subject) => sealing.update(blockOf(subject)).toString('base64url'),
    open: (token) => {
      if (!TOKEN.test(token)) return null;
      const sealed = Buffer.from(token, 'base64url');
      if (sealed.toString('base64url') !== token) return null;
      for (const cipher of opening) {
        const subject = subjectOf(cipher.update(sealed));
        if (subject) return subject;
      }
      return null;
    },
    sealLetter: (letterId) =>
      createHmac('sha256', first)
        .update(`letter:${letterId}`)
        .digest()
        .subarray(0, 16)
        .toString('base64url'),
  };
}

/** What is stored of a letter's token. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Under what a suppressed address is kept; without the key it cannot be turned back. */
export function hashSuppressed(emailKey: string, suppressionKey: string): Buffer {
  return createHmac('sha256', suppressionKey).update(emailKey).digest();
}

function blockKey(key: string): Buffer {
  return createHash('sha256').update(`paperboy link token\n${key}`).digest();
}

function blockOf({ digestId, subscriberId }: TokenSubject): Buffer {
  if (!isWithin(digestId, 0, MAX_DIGEST_ID) || !isWithin(subscriberId, 1, MAX_SUBSCRIBER_ID)) {
    throw new RangeError(
      `No token for digest ${digestId} and subscriber ${subscriberId}: out of range.`,
    );
  }
  const block = Buffer.alloc(16);
  block.writeUIntBE(digestId, 0, 3);
  block.writeUIntBE(subscriberId, 3, 5);
  return block;
}

function subjectOf(block: Buffer): TokenSubject | null {
  if (block.readBigUInt64BE(8) !== 0n) return null;
  return { digestId: block.readUIntBE(0, 3), subscriberId: block.readUIntBE(3, 5) };
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
