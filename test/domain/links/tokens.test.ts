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
const subject = { digestId: 7, subscriberId: 42 };

const subjects = fc.record({
  digestId: fc.integer({ min: 0, max: 2 ** 24 - 1 }),
  subscriberId: fc.maxSafeInteger().map((number) => 1 + (Math.abs(number) % (2 ** 40 - 1))),
});

describe('a link token', () => {
  it('is 22 characters that are safe in a path, and opens to whom it was sealed for', () => {
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

  it('is another for each reader and each digest', () => {
    const all = [1, 2, 3].flatMap((digestId) =>
      [1, 2, 3].map((subscriberId) => tokens.seal({ digestId, subscriberId })),
    );
    expect(new Set(all).size).toBe(9);
  });

  it('opens to nobody once one of its characters is another', () => {
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

  it('cannot be guessed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(tokens.open(Buffer.from(bytes).toString('base64url'))).toBeNull();
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['one character less', tokens.seal(subject).slice(0, -1)],
    ['one character more', `${tokens.seal(subject)}A`],
    ['a line feed at the end', `${tokens.seal(subject)}\n`],
    ['padding', `${tokens.seal(subject)}==`],
    ['a foreign character', `${tokens.seal(subject).slice(0, -1)}é`],
    ['a path', '../../../../etc/passwd'],
    ['a megabyte', 'A'.repeat(1e6)],
  ])('does not open with %s', (_what, text) => {
    expect(tokens.open(text)).toBeNull();
  });

  it('opens under any of the keys, and is sealed with the first', () => {
    const before = createLinkTokens([OLD_KEY]);
    const during = createLinkTokens([NEW_KEY, OLD_KEY]);
    const after = createLinkTokens([NEW_KEY]);
    expect(during.open(before.seal(subject))).toEqual(subject);
    expect(during.seal(subject)).toBe(after.seal(subject));
    expect(after.open(before.seal(subject))).toBeNull();
  });

  it('is refused to subjects that do not fit, rather than given to somebody else', () => {
    for (const wrong of [
      { digestId: -1, subscriberId: 1 },
      { digestId: 2 ** 24, subscriberId: 1 },
      { digestId: 1, subscriberId: 0 },
      { digestId: 1, subscriberId: 2 ** 40 },
      { digestId: 1.5, subscriberId: 1 },
      { digestId: 1, subscriberId: Number.NaN },
    ]) {
      expect(() => tokens.seal(wrong)).toThrow(RangeError);
    }
  });

  it('needs a key', () => {
    expect(() => createLinkTokens([])).toThrow(RangeError);
  });
});

describe('the token of a letter', () => {
  it('is made again for the same letter, is another for another, and opens no delivery', () => {
    const token = tokens.sealTransactional(5);
    expect(token).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(tokens.sealTransactional(5)).toBe(token);
    expect(tokens.sealTransactional(6)).not.toBe(token);
    expect(createLinkTokens([OLD_KEY]).sealTransactional(5)).not.toBe(token);
    expect(tokens.open(token)).toBeNull();
  });

  it('is stored as a hash that does not tell it', () => {
    const token = tokens.sealTransactional(5);
    expect(hashToken(token)).toHaveLength(32);
    expect(hashToken(token)).toEqual(hashToken(token));
    expect(hashToken(token)).not.toEqual(hashToken(tokens.sealTransactional(6)));
  });
});

describe('hashSuppressed', () => {
  it('knows the same address again, and only under the same key', () => {
    const hash = hashSuppressedAddress('ada@example.org', NEW_KEY);
    expect(hash).toHaveLength(32);
    expect(hashSuppressedAddress('ada@example.org', NEW_KEY)).toEqual(hash);
    expect(hashSuppressedAddress('ada@example.org', OLD_KEY)).not.toEqual(hash);
    expect(hashSuppressedAddress('bob@example.org', NEW_KEY)).not.toEqual(hash);
  });
});

describe('The token of a feed', () => {
  const tokens = createLinkTokens(['a key', 'an older key']);

  it('opens the feed, and nothing else', () => {
    const token = tokens.sealFeed(42);
    expect(token).toHaveLength(TOKEN_LENGTH);
    expect(tokens.openFeed(token)).toBe(42);
    expect(tokens.open(token)).toBeNull();
  });

  it('may be any other of the same reader', () => {
    expect(tokens.openFeed(tokens.seal({ digestId: 7, subscriberId: 42 }))).toBe(42);
    expect(tokens.openFeed('nonsense')).toBeNull();
    const old = createLinkTokens(['an older key']).sealFeed(42);
    expect(tokens.openFeed(old)).toBe(42);
  });
});
