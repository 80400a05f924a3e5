import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';

/** What a token opens: a subscriber's own pages, and for a delivery the digest as it was sent. */
type TokenSubject =
  | { kind: 'subscriber'; subscriberId: number }
  | { kind: 'delivery'; digestId: number; subscriberId: number };

/** Seals and opens the opaque tokens in links. */
export interface LinkTokens {
  /** 22 characters of the base64url alphabet; the same subject always gives the same token. */
  seal(subject: TokenSubject): string;
  /** The tokens of many deliveries of a digest, in the order of `subscriberIds`. Encrypting two
   *  hundred takes as long as encrypting four of them one by one. */
  sealDeliveries(digestId: number, subscriberIds: readonly number[]): string[];
  /** The subject of a token, or null when none of the keys sealed it. */
  open(token: string): TokenSubject | null;
  /** A token for the private feed alone: feed readers store and show its address. */
  sealFeed(subscriberId: number): string;
  /** The subscriber whose feed a token opens, or null. Tokens of `seal` open it as well. */
  openFeed(token: string): number | null;
  /** The token of a transactional e-mail: unguessable, and derived again for each attempt
   *  instead of being stored. */
  sealTransactional(transactionalEmailId: number): string;
}

export const TOKEN_LENGTH = 22;
const BLOCK_BYTES = 16;
/** The second half of a block distinguishes the purposes. */
const SUBSCRIBER_MARK = 0n;
const FEED_MARK = 1n;

/** Whether a text has the form of a token; only a key can verify it. */
export function isToken(text: string): boolean {
  return TOKEN_PATTERN.test(text);
}

const TOKEN_PATTERN = /^[A-Za-z0-9_-]{22}$/;
/** In the block of a token without a delivery. */
const NO_DIGEST_ID = 0;
const MAX_DIGEST_ID = 2 ** 24 - 1;
const MAX_SUBSCRIBER_ID = 2 ** 40 - 1;

/**
 * Tokens under `keys`: the first one seals and all of them open, so that a key can be replaced
 * without breaking the links in mails already sent.
 *
 * A token is one block of AES-256: three bytes of digest id, five of subscriber id, and eight of
 * the number 0, or 1 for a feed. It reveals nothing without the key, and a guess opens with a
 * probability of 2^-64.
 */
export function createLinkTokens(keys: readonly string[]): LinkTokens {
  const [first] = keys;
  if (first === undefined) throw new RangeError('createLinkTokens needs at least one key.');
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
    sealDeliveries: (digestId, subscriberIds) => {
      const blocks = Buffer.alloc(BLOCK_BYTES * subscriberIds.length);
      for (const [index, subscriberId] of subscriberIds.entries()) {
        const subject = { kind: 'delivery', digestId, subscriberId } as const;
        writeTokenBlock(blocks, BLOCK_BYTES * index, subject, SUBSCRIBER_MARK);
      }
      const sealed = encryptor.update(blocks);
      return subscriberIds.map((_, index) =>
        sealed.toString('base64url', BLOCK_BYTES * index, BLOCK_BYTES * (index + 1)),
      );
    },
    open: (token) => open(token, SUBSCRIBER_MARK),
    sealFeed: (subscriberId) =>
      seal(encodeTokenBlock({ kind: 'subscriber', subscriberId }, FEED_MARK)),
    openFeed: (token) =>
      (open(token, FEED_MARK) ?? open(token, SUBSCRIBER_MARK))?.subscriberId ?? null,
    sealTransactional: (transactionalEmailId) =>
      createHmac('sha256', first)
        .update(`transactional-email:${transactionalEmailId}`)
        .digest()
        .subarray(0, 16)
        .toString('base64url'),
  };
}

/** The hash under which the token of a transactional e-mail is stored. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** The hash under which a suppressed address is stored; it cannot be reversed without the key. */
export function hashSuppressedAddress(emailKey: string, suppressionKey: string): Buffer {
  return createHmac('sha256', suppressionKey).update(emailKey).digest();
}

function deriveBlockKey(key: string): Buffer {
  return createHash('sha256').update(`paperboy link token\n${key}`).digest();
}

function encodeTokenBlock(subject: TokenSubject, mark: bigint): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  writeTokenBlock(block, 0, subject, mark);
  return block;
}

function writeTokenBlock(
  target: Buffer,
  offset: number,
  subject: TokenSubject,
  mark: bigint,
): void {
  const { subscriberId } = subject;
  const isDelivery = subject.kind === 'delivery';
  const digestId = isDelivery ? subject.digestId : NO_DIGEST_ID;
  const isDigestValid = !isDelivery || isWithin(digestId, 1, MAX_DIGEST_ID);
  if (!isDigestValid || !isWithin(subscriberId, 1, MAX_SUBSCRIBER_ID)) {
    throw new RangeError(
      `No token for digest ${digestId} and subscriber ${subscriberId}: out of range.`,
    );
  }
  target.writeUIntBE(digestId, offset, 3);
  target.writeUIntBE(subscriberId, offset + 3, 5);
  target.writeBigUInt64BE(mark, offset + 8);
}

function decodeTokenBlock(block: Buffer, mark: bigint): TokenSubject | null {
  if (block.readBigUInt64BE(8) !== mark) return null;
  const digestId = block.readUIntBE(0, 3);
  const subscriberId = block.readUIntBE(3, 5);
  return digestId === NO_DIGEST_ID
    ? { kind: 'subscriber', subscriberId }
    : { kind: 'delivery', digestId, subscriberId };
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
