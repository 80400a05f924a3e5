import { describe, expect, it } from 'vitest';
import { computeLookupRetryTime } from '../../../src/domain/library/library-lookup.ts';

const NOW = new Date('2026-05-08T08:00:00Z');
const minutesUntil = (attempts: number, retryAfterMs: number | null = null) => {
  const at = computeLookupRetryTime(attempts, { now: NOW, retryAfterMs });
  return at && (at.getTime() - NOW.getTime()) / 60_000;
};

describe('computeLookupRetryTime', () => {
  it('Retries come later each time, and end after some hours', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((attempts) => minutesUntil(attempts))).toEqual([
      5,
      10,
      20,
      40,
      80,
      160,
      null,
    ]);
  });

  it('A busy host is given the time that it asks for', () => {
    expect(minutesUntil(1, 30 * 60_000)).toBe(30);
    expect(minutesUntil(3, 60_000)).toBe(20);
  });
});
