import { describe, expect, it } from 'vitest';
import { messagesPerSecond } from './results.ts';

const FIRST = new Date('2026-05-08T07:00:00Z');

describe('messagesPerSecond', () => {
  it('The rate is the number of results after the first one, over the time since it', () => {
    const lastAt = new Date(FIRST.getTime() + 2000);
    const sent = { count: 1020, afterFirst: 1000, composedAt: FIRST, firstAt: FIRST, lastAt };
    expect(messagesPerSecond(sent, 9000)).toBe(500);
  });

  it('The rate uses the whole time of sending when all results have one timestamp', () => {
    const sent = { count: 20, afterFirst: 0, composedAt: FIRST, firstAt: FIRST, lastAt: FIRST };
    expect(messagesPerSecond(sent, 500)).toBe(40);
  });
});
