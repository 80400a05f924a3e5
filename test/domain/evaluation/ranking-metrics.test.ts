import { describe, expect, it } from 'vitest';
import {
  computeAuc,
  computeNdcg,
  computePrecision,
} from '../../../src/domain/evaluation/ranking-metrics.ts';

const WANTED = new Set([1, 3]);

describe('computePrecision', () => {
  it('An empty place counts as a miss', () => {
    expect(computePrecision([1, 2, 3], WANTED, 10)).toBe(0.2);
  });

  it('Only the first k count', () => {
    expect(computePrecision([0, 2, 1, 3], WANTED, 2)).toBe(0);
  });
});

describe('computeNdcg', () => {
  it('Everything wanted first gives 1, and nothing wanted gives 0', () => {
    expect(computeNdcg([3, 1, 0], WANTED, 10)).toBe(1);
    expect(computeNdcg([0, 2], WANTED, 10)).toBe(0);
    expect(computeNdcg([0, 2], new Set(), 10)).toBe(0);
  });

  it('A hit counts less the later it comes', () => {
    const ideal = 1 + 1 / Math.log2(3);
    expect(computeNdcg([1, 0, 3], WANTED, 10)).toBeCloseTo((1 + 1 / Math.log2(4)) / ideal, 12);
  });

  it('The ideal has no more hits than places', () => {
    expect(computeNdcg([1], WANTED, 1)).toBe(1);
  });
});

describe('computeAuc', () => {
  const ALL = [0, 1, 2, 3];

  it('A perfect order gives 1, its reverse 0, and one wrong pair of four 0.75', () => {
    expect(computeAuc([1, 3, 0, 2], WANTED, ALL)).toBe(1);
    expect(computeAuc([0, 2, 1, 3], WANTED, ALL)).toBe(0);
    expect(computeAuc([1, 0, 3, 2], WANTED, ALL)).toBe(0.75);
  });

  it('What the order lacks shares the last place', () => {
    expect(computeAuc([], WANTED, ALL)).toBe(0.5);
    expect(computeAuc([1], WANTED, ALL)).toBe(0.75);
    expect(computeAuc([0], WANTED, ALL)).toBe(0.25);
  });

  it('There is none when everything or nothing is wanted', () => {
    expect(computeAuc([1, 3], WANTED, [1, 3])).toBeNull();
    expect(computeAuc([0, 2], WANTED, [0, 2])).toBeNull();
  });
});
