import { describe, expect, it } from 'vitest';
import { estimateRatio, isStable } from './ratio.ts';

describe('The ratio of the benchmark', () => {
  it('The ratio is the geometric mean of the pairs, between the ends of its interval', () => {
    const estimate = estimateRatio([
      { own: 50, source: 100 },
      { own: 80, source: 40 },
    ]);
    expect(estimate?.ratio).toBeCloseTo(1);
    expect(estimate?.low).toBeLessThan(0.5);
    expect(estimate?.high).toBeGreaterThan(2);
  });

  it('A change that slows both down leaves the ratio as it is', () => {
    const pairs = [1, 0.5, 0.8, 0.3].map((speed) => ({ own: 70 * speed, source: 100 * speed }));
    const estimate = estimateRatio(pairs);
    expect(estimate?.ratio).toBeCloseTo(0.7);
    expect(estimate && isStable(estimate)).toBe(true);
  });

  it('An interval wider than 5 % on a side is not stable', () => {
    expect(isStable({ ratio: 1, low: 0.96, high: 1.04 })).toBe(true);
    expect(isStable({ ratio: 1, low: 0.94, high: 1.04 })).toBe(false);
    expect(isStable({ ratio: 1, low: 0.96, high: 1.06 })).toBe(false);
  });

  it('One pair has no interval', () => {
    expect(estimateRatio([{ own: 1, source: 1 }])).toBeNull();
  });
});
