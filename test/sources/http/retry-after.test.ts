import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../../../src/sources/http/retry-after.ts';

describe('parseRetryAfter', () => {
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
  ])('Retry-After %j is %j ms', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });
});
