import { describe, expect, it } from 'vitest';
import { resolveRedirect } from '../../../src/sources/http/redirect.ts';
import { parseRetryAfter } from '../../../src/sources/http/retry-after.ts';

describe('A redirect', () => {
  it.each([
    ['http://example.org/a', '/b', 'http://example.org/b'],
    ['http://example.org/a', 'https://example.org/a', 'https://example.org/a'],
    ['https://example.org/a', 'https://www.example.org/a', 'https://www.example.org/a'],
    ['https://www.example.org/a', 'https://example.org/a', 'https://example.org/a'],
  ])('from %s to %s is followed', (from, to, address) => {
    expect(resolveRedirect(from, to)).toBe(address);
  });

  it.each([
    ['https://example.org/', 'http://example.org/'],
    ['https://example.org/', 'https://example.com/'],
    ['https://example.org/', 'https://badexample.org/'],
    ['https://example.org/', 'http://127.0.0.1/'],
    ['https://example.org/', 'http://www.example.org/'],
    ['https://example.org/', 'file:///etc/passwd'],
    ['http://example.org/', 'http://example.org:8080/'],
    ['https://example.org/', 'https://'],
    ['https://example.org/', null],
  ])('from %s to %s is refused', (from, to) => {
    expect(() => resolveRedirect(from, to)).toThrow(`${from} redirects to ${to ?? 'nowhere'}`);
  });
});

describe('Retry-After', () => {
  const now = new Date('2026-05-08T12:00:00Z');

  it.each([
    ['30', 30_000],
    ['Fri, 08 May 2026 12:01:00 GMT', 60_000],
    ['Fri, 08 May 2026 11:00:00 GMT', 0],
    ['99999999999', 86_400_000],
    ['Sun, 08 May 2050 11:00:00 GMT', 86_400_000],
    ['-1', null],
    ['soon', null],
    ['', null],
    [null, null],
  ])('%j is %j ms', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });
});
