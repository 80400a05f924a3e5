import { describe, expect, it } from 'vitest';
import { messagesPerSecond } from './results.ts';

const FIRST = new Date('2026-05-08T07:00:00Z');

describe('the rate of a sending', () => {
  it('is what came after the first result over the time since it', () => {
    const lastAt = new Date(FIRST.getTime() + 2000);
    const sent = { count: 1020, afterFirst: 1000, composedAt: FIRST, firstAt: FIRST, lastAt };
    expect(messagesPerSecond(sent, 9000)).toBe(500);
  });

  it('counts from the ring when all results are of one moment', () => {
    const sent = { count: 20, afterFirst: 0, composedAt: FIRST, firstAt: FIRST, lastAt: FIRST };
    expect(messagesPerSecond(sent, 500)).toBe(40);
  });
});
