import { describe, expect, it } from 'vitest';
import { resolveRedirect } from '../../../src/sources/http/redirect.ts';

describe('resolveRedirect', () => {
  it.each([
    ['http://example.org/a', '/b', 'http://example.org/b'],
    ['http://example.org/a', 'https://example.org/a', 'https://example.org/a'],
    ['https://example.org/a', 'https://www.example.org/a', 'https://www.example.org/a'],
    ['https://www.example.org/a', 'https://example.org/a', 'https://example.org/a'],
  ])('A redirect from %s to %s is followed', (from, to, address) => {
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
  ])('A redirect from %s to %s is refused', (from, to) => {
    expect(() => resolveRedirect(from, to)).toThrow(`${from} redirects to ${to ?? 'nowhere'}`);
  });
});
