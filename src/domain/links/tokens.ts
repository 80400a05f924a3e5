import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';

/** Whose token it is. A `digestId` of 0 stands for the subscriber alone, without a delivery. */
export interface TokenSubject {
  digestId: number;
  subscriberId: number;
}

/** Makes and reads the opaque tokens in links. */
export interface LinkTokens {
  /** 22 characters of the base64url alphabet; the same subject always gives the same token. */
  seal(subject: TokenSubject): string;
  /** Whose token it is, or null when none of the keys made it. */
  open(token: string): TokenSubject | null;
  /** For the address of the private feed, which feed readers keep and show: it opens nothing else. */
  sealFeed(subscriberId: number): string;
  /** Whose feed a token stands for, or null; those of `seal` do as well. */
  openFeed(token: string): number | null;
  /** The token of a letter: unguessable, and made again for each retry instead of being stored. */
  sealTransactional(transactionalEmailId: number): string;
}

export const TOKEN_LENGTH = 22;
/** The second half of a block. */
const SUBSCRIBER_MARK = 0n;
const FEED_MARK = 1n;

/** Whether a text has the form of a token; only a key tells whether it is one. */
export function isToken(text: string): boolean {
  return TOKEN_PATTERN.test(text);
}

const TOKEN_PATTERN = /^[A-Za-z0-9_-]{22}$/;
const MAX_DIGEST_ID = 2 ** 24 - 1;
const MAX_SUBSCRIBER_ID = 2 ** 40 - 1;

/**
 * Tokens under `keys`: the first seals, all open, so that a key can be replaced without breaking
 * the links in mails already sent.
 *
 * A token is one block of AES-256: three bytes of digest, five of subscriber, eight of zeros (of a feed: of
 * the number one).
 * Without the key it tells nothing, and a guess opens with a chance of 2^-64.
 */
export function createLinkTokens(keys: readonly string[]): LinkTokens {
  const [first] = keys;
  if (first === undefined) throw new RangeError('createTokens needs at least one key.');
  const encryptor = createCipheriv('aes-256-ecb', deriveBlockKey(first), null).setAutoPadding(
    false,
  );
  const decryptors = keys.map((key) =>
    createDecipheriv('aes-256-ecb', deriveBlockKey(key), null).setAutoPadding(false),
  );
  const seal = (block: Buffer) => encryptor.update(block).toString('base64url');
  const open = (token: string, mark: bigint): TokenSubject | null => {
    if (!isToken(token)) return null;
    const sealed = Buffer.from(token, 'base64url');
    if (sealed.toString('base64url') !== token) return null;
    for (const cipher of decryptors) {
      const subject = decodeTokenBlock(cipher.update(sealed), mark);
      if (subject) return subject;
    }
    return null;
  };
  return {
    seal: (subject) => seal(encodeTokenBlock(subject, SUBSCRIBER_MARK)),
    open: (token) => open(token, SUBSCRIBER_MARK),
    sealFeed: (subscriberId) => seal(encodeTokenBlock({ digestId: 0, subscriberId }, FEED_MARK)),
    openFeed: (token) =>
      (open(token, FEED_MARK) ?? open(token, SUBSCRIBER_MARK))?.subscriberId ?? null,
    sealTransactional: (transactionalEmailId) =>
      createHmac('sha256', first)
        .update(`letter:${transactionalEmailId}`)
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
export function hashSuppressedAddress(emailKey: string, suppressionKey: string): Buffer {
  return createHmac('sha256', suppressionKey).update(emailKey).digest();
}

function deriveBlockKey(key: string): Buffer {
  return createHash('sha256').update(`paperboy link token\n${key}`).digest();
}

function encodeTokenBlock({ digestId, subscriberId }: TokenSubject, mark: bigint): Buffer {
  if (!isWithin(digestId, 0, MAX_DIGEST_ID) || !isWithin(subscriberId, 1, MAX_SUBSCRIBER_ID)) {
    throw new RangeError(
      `No token for digest ${digestId} and subscriber ${subscriberId}: out of range.`,
    );
  }
  const block = Buffer.alloc(16);
  block.writeUIntBE(digestId, 0, 3);
  block.writeUIntBE(subscriberId, 3, 5);
  block.writeBigUInt64BE(mark, 8);
  return block;
}

function decodeTokenBlock(block: Buffer, mark: bigint): TokenSubject | null {
  if (block.readBigUInt64BE(8) !== mark) return null;
  return { digestId: block.readUIntBE(0, 3), subscriberId: block.readUIntBE(3, 5) };
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
