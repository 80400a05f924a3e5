import { describe, expect, it } from 'vitest';
import { roundUpDelay, summariseDelays } from '../../../src/domain/deliveries/delay-summary.ts';

describe('roundUpDelay', () => {
  it('A delay is rounded up to the whole second; one before the hour is none', () => {
    expect([-5000, 0, 1, 1000, 1001, 20_000].map(roundUpDelay)).toEqual([0, 0, 1, 1, 2, 20]);
  });

  it('A long delay is rounded up by 5 % at most, and days of delays are few numbers', () => {
    const rounded = new Set<number>();
    for (let seconds = 0; seconds < 3 * 86_400; seconds += 1) {
      const up = roundUpDelay(seconds * 1000);
      expect(up).toBeGreaterThanOrEqual(seconds);
      expect(up).toBeLessThanOrEqual(Math.ceil(seconds * 1.05) + 1);
      rounded.add(up);
    }
    expect(rounded.size).toBeLessThan(250);
  });
});

describe('summariseDelays', () => {
  it('The percentiles are those of the counted deliveries', () => {
    const counts = Array.from({ length: 100 }, (_, n) => ({ seconds: 99 - n, count: 10 }));
    expect(summariseDelays(counts)).toEqual({ p50: 49, p95: 94, p99: 98, max: 99 });
    expect(summariseDelays([{ seconds: 7, count: 1 }])).toEqual({
      ...{ p50: 7, p95: 7 },
      ...{ p99: 7, max: 7 },
    });
    expect(summariseDelays([])).toBeNull();
  });
});
