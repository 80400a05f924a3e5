import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractDomain, normaliseAddress } from '../../../src/domain/subscribers/email-address.ts';
import { catchRefusal } from '../builders.ts';

const LOCAL_64 = 'x'.repeat(64);
const LABEL_60 = 'b'.repeat(60);

describe('normaliseAddress', () => {
  it.each([
    ['ada@example.org', 'ada@example.org'],
    [' \tada@example.org\r\n', 'ada@example.org'],
    ['Ada.Lovelace@EXAMPLE.Org', 'Ada.Lovelace@example.org'],
    ['ada+papers@example.org', 'ada+papers@example.org'],
    ["o'brien@example.org", "o'brien@example.org"],
    ["!#$%&'*+-/=?^_`{|}~@example.org", "!#$%&'*+-/=?^_`{|}~@example.org"],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
    ['ada@bu\u0308cher.example', 'ada@xn--bcher-kva.example'],
    ['ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
    ['ada@пример.рф', 'ada@xn--e1afmkfd.xn--p1ai'],
    ['ada@ｅxample。org', 'ada@example.org'],
    [`${LOCAL_64}@example.org`, `${LOCAL_64}@example.org`],
    [`ada@${'b'.repeat(63)}.org`, `ada@${'b'.repeat(63)}.org`],
  ])('The address %j is normalised to %s', (typed, email) => {
    expect(normaliseAddress(typed)).toEqual({ email, key: email.toLowerCase() });
  });

  it('Addresses that differ in case have the same key', () => {
    expect(normaliseAddress('ADA@Example.ORG').key).toBe(normaliseAddress('ada@example.org').key);
  });

  it.each([
    ['', 'is needed'],
    [' \t\n', 'is needed'],
    ['ada', 'is not an email address'],
    ['@example.org', 'is not an email address'],
    ['ada@', 'is not an email address'],
    ['A <a@b.co>', 'is not an email address'],
    ['<a@b.co>', 'is not an email address'],
    ['mailto:a@b.co', 'is not an email address'],
    ['a@b.co,c@d.co', 'is not an email address'],
    ['a@b@c.co', 'is not an email address'],
    ['a b@c.co', 'is not an email address'],
    ['a@b.co/path', 'is not an email address'],
    ['a@b%2eco', 'is not an email address'],
    ['a@[192.0.2.1]', 'is not an email address'],
    ['a@192.0.2.1', 'is not an email address'],
    ['"ada"@example.org', 'is not an email address'],
    ['"ada lovelace"@example.org', 'is not an email address'],
    ['.a@b.co', 'is not an email address'],
    ['a.@b.co', 'is not an email address'],
    ['a..a@b.co', 'is not an email address'],
    ['a@b..co', 'is not an email address'],
    ['a@b.co.', 'is not an email address'],
    ['a@-b.co', 'is not an email address'],
    ['a@b_c.co', 'is not an email address'],
    ['a@b.c', 'is not an email address'],
    ['a@b.c1', 'is not an email address'],
    ['a@b.123', 'does not exist as a name'],
    ['a@xn--a.co', 'does not exist as a name'],
    ['a@b', 'lacks the part after the dot'],
    ['a@localhost', 'lacks the part after the dot'],
    ['adá@example.org', 'expected ASCII'],
    ['a\u00a0@b.co', 'expected ASCII'],
    ['a\u200b@b.co', 'invisible'],
    ['a@b\u200b.co', 'invisible'],
    ['a@b\u00ad.co', 'invisible'],
    ['\u202ea@b.co', 'invisible'],
    ['a\u0000@b.co', 'invisible'],
    ['a@b.co\r\nBcc: c@d.co', 'invisible'],
    ['a\ud800@b.co', 'invisible'],
    [`${LOCAL_64}x@example.org`, 'is too long'],
    [`ada@${'b'.repeat(64)}.org`, 'is too long'],
  ])('The address %j is rejected: it %s', (typed, problem) => {
    const refusal = catchRefusal(() => normaliseAddress(typed));
    expect(refusal?.code).toBe('INVALID_EMAIL');
    expect(refusal?.message).toContain(problem);
  });

  it('An address may have 254 characters, with the domain in A-labels', () => {
    const domain = `${LABEL_60}.${LABEL_60}.${LABEL_60}`;
    const longest = `${LOCAL_64}@${domain}.bbbbbb`;
    expect(longest).toHaveLength(254);
    expect(normaliseAddress(longest).email).toBe(longest);
    expect(catchRefusal(() => normaliseAddress(`${longest}b`))?.message).toContain('is too long');
    expect(catchRefusal(() => normaliseAddress(`${longest.slice(0, -1)}é`))?.message).toContain(
      'is too long',
    );
  });

  it('The message quotes the address shortened and without invisible characters', () => {
    expect(catchRefusal(() => normaliseAddress('a\u200bb@c'))?.message).toContain('“a�b@c”');
    for (const huge of [
      'a'.repeat(1e6),
      `${'a'.repeat(1e6)}@b.co`,
      `a@${'b.'.repeat(5e5)}co`,
      '@'.repeat(1e6),
      `a@${'ü'.repeat(5e4)}.co`,
    ]) {
      const refusal = catchRefusal(() => normaliseAddress(huge));
      expect(refusal?.code).toBe('INVALID_EMAIL');
      expect(refusal?.message.length).toBeLessThan(300);
    }
  });

  it('Normalising twice changes nothing more', () => {
    const typed = fc.oneof(
      fc.emailAddress(),
      fc
        .tuple(
          fc.string({ unit: fc.constantFrom(...'aZ9.+-_"\\ ü'), maxLength: 8 }),
          fc.string({ unit: fc.constantFrom(...'aZ9.-_ßÜ。ｅ́xn'), maxLength: 12 }),
        )
        .map(([local, domain]) => `${local}@${domain}.org`),
    );
    let taken = 0;
    fc.assert(
      fc.property(typed, (input) => {
        if (catchRefusal(() => normaliseAddress(input)) !== null) return;
        taken += 1;
        const once = normaliseAddress(input);
        expect(normaliseAddress(once.email)).toEqual(once);
        expect(once.email).toMatch(/^[\x21-\x7e]+$/);
      }),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});

describe('extractDomain', () => {
  it.each([
    ['ada@example.org', 'example.org'],
    ['ada@Example.ORG', 'example.org'],
    ['papers@localhost', 'localhost'],
    ['"a@b"@example.org', 'example.org'],
  ])('The domain of %s is %s', (address, domain) => {
    expect(extractDomain(address)).toBe(domain);
  });
});
