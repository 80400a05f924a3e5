import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isAlignedWithFrom, parseDkimPrivateKey } from '../../../src/domain/smtp/dkim-key.ts';

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function rsa(modulusLength: number): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength }).privateKey;
}

describe('A DKIM private key', () => {
  it('An RSA key is read', () => {
    const key = rsa(2048);
    expect(parseDkimPrivateKey(pem(key)).equals(key)).toBe(true);
  });

  it.each([
    ['of 1024 bits', () => pem(rsa(1024)), '2048 to 4096 bits, this one has 1024'],
    ['Ed25519', () => pem(generateKeyPairSync('ed25519').privateKey), 'this one is Ed25519: not'],
    [
      'of a curve',
      () => pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
      'this one is ec',
    ],
    [
      'for PSS alone',
      () => pem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey),
      'this one is rsa-pss',
    ],
    [
      'with a passphrase',
      () =>
        rsa(2048)
          .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' })
          .toString(),
      'without a passphrase',
    ],
    [
      'that is public',
      () =>
        generateKeyPairSync('rsa', { modulusLength: 2048 })
          .publicKey.export({ type: 'spki', format: 'pem' })
          .toString(),
      'an RSA private key',
    ],
    ['that is none', () => 'hunter2', 'an RSA private key'],
  ])(
    'A key %s is an error that says what was expected, without the key',
    (_what, make, message) => {
      const text = make();
      expect(() => parseDkimPrivateKey(text)).toThrow(message);
      const secret = text.split('\n')[1] ?? text;
      expect(() => parseDkimPrivateKey(text)).not.toThrow(secret);
    },
  );
});

describe('DMARC alignment', () => {
  it.each([
    ['example.org', 'example.org', true],
    ['Example.ORG', 'example.org', true],
    ['example.org', 'papers.example.org', true],
    ['localhost', 'localhost', true],
    ['papers.example.org', 'example.org', false],
    ['example.org', 'notexample.org', false],
    ['org', 'example.org', false],
    ['example.org', 'example.com', false],
  ])('The alignment of %s with mail from %s is %s', (domain, from, isIt) => {
    expect(isAlignedWithFrom(domain, from)).toBe(isIt);
  });
});
