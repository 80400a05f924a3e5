import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createLinkTokens,
  hashSuppressedAddress,
  hashToken,
  TOKEN_LENGTH,
} from '../../../src/domain/links/tokens.ts';

const OLD_KEY = 'old'.repeat(20);
const NEW_KEY = 'new'.repeat(20);
const tokens = createLinkTokens([NEW_KEY]);
const subject = { kind: 'delivery', digestId: 7, subscriberId: 42 } as const;

const subscriberId = fc.maxSafeInteger().map((number) => 1 + (Math.abs(number) % (2 ** 40 - 1)));
const subjects = fc.oneof(
  fc.record({ kind: fc.constant('subscriber' as const), subscriberId }),
  fc.record({
    kind: fc.constant('delivery' as const),
    digestId: fc.integer({ min: 1, max: 2 ** 24 - 1 }),
    subscriberId,
  }),
);

describe('createLinkTokens', () => {
  it('A token is 22 characters that are safe in a path, and opens to its subject', () => {
    fc.assert(
      fc.property(subjects, (each) => {
        const token = tokens.seal(each);
        expect(token).toMatch(/^[A-Za-z0-9_-]{22}$/);
        expect(tokens.open(token)).toEqual(each);
        expect(tokens.seal(each)).toBe(token);
      }),
    );
    expect(TOKEN_LENGTH).toBe(22);
  });

  it('Deliveries that are sealed together have the tokens of single ones', () => {
    const seal = (subscriberId: number) =>
      tokens.seal({ kind: 'delivery', digestId: 7, subscriberId });
    expect(tokens.sealDeliveries(7, [42, 2 ** 40 - 1, 1])).toEqual([42, 2 ** 40 - 1, 1].map(seal));
    expect(tokens.sealDeliveries(7, [])).toEqual([]);
    expect(() => tokens.sealDeliveries(7, [42, 0])).toThrow(RangeError);
  });

  it('A token stays the same in later versions', () => {
    expect(tokens.seal(subject)).toBe('wEvQOjMgZpf58lHs_3j6Kw');
  });

  it('Each subscriber and each digest has its own token', () => {
    const all = [1, 2, 3].flatMap((digestId) =>
      [1, 2, 3].map((subscriberId) => tokens.seal({ kind: 'delivery', digestId, subscriberId })),
    );
    expect(new Set(all).size).toBe(9);
  });

  it('A token with one changed character opens nothing', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const token = tokens.seal(subject);
    for (let place = 0; place < token.length; place++) {
      for (const character of alphabet) {
        if (character === token[place]) continue;
        const forged = `${token.slice(0, place)}${character}${token.slice(place + 1)}`;
        expect(tokens.open(forged), forged).toBeNull();
      }
    }
  });

  it('Random bytes open nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(tokens.open(Buffer.from(bytes).toString('base64url'))).toBeNull();
      }),
    );
  });

  it.each([
    ['empty', ''],
    ['one character short', tokens.seal(subject).slice(0, -1)],
    ['one character long', `${tokens.seal(subject)}A`],
    ['followed by a line feed', `${tokens.seal(subject)}\n`],
    ['padded', `${tokens.seal(subject)}==`],
    ['outside the alphabet', `${tokens.seal(subject).slice(0, -1)}é`],
    ['a path', '../../../../etc/passwd'],
    ['a megabyte', 'A'.repeat(1e6)],
  ])('A token that is %s opens nothing', (_what, text) => {
    expect(tokens.open(text)).toBeNull();
  });

  it('A token opens under any of the keys, and is sealed with the first', () => {
    const before = createLinkTokens([OLD_KEY]);
    const during = createLinkTokens([NEW_KEY, OLD_KEY]);
    const after = createLinkTokens([NEW_KEY]);
    expect(during.open(before.seal(subject))).toEqual(subject);
    expect(during.seal(subject)).toBe(after.seal(subject));
    expect(after.open(before.seal(subject))).toBeNull();
  });

  it('A subject that does not fit is refused, so that no token opens to another subscriber', () => {
    for (const wrong of [
      { digestId: 0, subscriberId: 1 },
      { digestId: -1, subscriberId: 1 },
      { digestId: 2 ** 24, subscriberId: 1 },
      { digestId: 1, subscriberId: 0 },
      { digestId: 1, subscriberId: 2 ** 40 },
      { digestId: 1.5, subscriberId: 1 },
      { digestId: 1, subscriberId: Number.NaN },
    ]) {
      expect(() => tokens.seal({ kind: 'delivery', ...wrong })).toThrow(RangeError);
    }
  });

  it('Link tokens need at least one key', () => {
    expect(() => createLinkTokens([])).toThrow(RangeError);
  });
});

describe('sealTransactional', () => {
  it('Each transactional e-mail has one token, which opens nothing else', () => {
    const token = tokens.sealTransactional(5);
    expect(token).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(tokens.sealTransactional(5)).toBe(token);
    expect(tokens.sealTransactional(6)).not.toBe(token);
    expect(createLinkTokens([OLD_KEY]).sealTransactional(5)).not.toBe(token);
    expect(tokens.open(token)).toBeNull();
  });

  it('The hash of a token is stable and differs for each token', () => {
    const token = tokens.sealTransactional(5);
    expect(hashToken(token)).toHaveLength(32);
    expect(hashToken(token)).toEqual(hashToken(token));
    expect(hashToken(token)).not.toEqual(hashToken(tokens.sealTransactional(6)));
  });
});

describe('hashSuppressedAddress', () => {
  it('The hash of an address is stable under one key and differs under another', () => {
    const hash = hashSuppressedAddress('ada@example.org', NEW_KEY);
    expect(hash).toHaveLength(32);
    expect(hashSuppressedAddress('ada@example.org', NEW_KEY)).toEqual(hash);
    expect(hashSuppressedAddress('ada@example.org', OLD_KEY)).not.toEqual(hash);
    expect(hashSuppressedAddress('bob@example.org', NEW_KEY)).not.toEqual(hash);
  });
});

describe('sealFeed', () => {
  const tokens = createLinkTokens(['a key', 'an older key']);

  it('The token of a feed opens the feed and nothing else', () => {
    const token = tokens.sealFeed(42);
    expect(token).toHaveLength(TOKEN_LENGTH);
    expect(tokens.openFeed(token)).toBe(42);
    expect(tokens.open(token)).toBeNull();
  });

  it('Any link token of the subscriber opens the feed as well', () => {
    expect(tokens.openFeed(tokens.seal({ kind: 'delivery', digestId: 7, subscriberId: 42 }))).toBe(
      42,
    );
    expect(tokens.openFeed('nonsense')).toBeNull();
    const old = createLinkTokens(['an older key']).sealFeed(42);
    expect(tokens.openFeed(old)).toBe(42);
  });
});
