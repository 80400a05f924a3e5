import { describe, expect, it } from 'vitest';
import { estimateMean } from '../../../src/domain/evaluation/bootstrap.ts';
import { createSeededRandom } from '../../../src/domain/evaluation/seeded-random.ts';

describe('estimateMean', () => {
  it('The interval of values between 0 and 1 is that of their standard error', () => {
    const random = createSeededRandom(3);
    const values = Array.from({ length: 400 }, random);
    const estimate = estimateMean(values, 1);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = Math.sqrt(
      values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length,
    );
    const error = (1.96 * deviation) / Math.sqrt(values.length);
    expect(estimate?.mean).toBeCloseTo(mean, 12);
    expect(Math.abs((estimate?.low ?? 0) - (mean - error))).toBeLessThan(error / 5);
    expect(Math.abs((estimate?.high ?? 0) - (mean + error))).toBeLessThan(error / 5);
  });

  it('Equal values leave no doubt, and no values give no estimate', () => {
    expect(estimateMean([0.3, 0.3], 1)).toEqual({ mean: 0.3, low: 0.3, high: 0.3 });
    expect(estimateMean([], 1)).toBeNull();
  });

  it('The same seed gives the same interval', () => {
    const values = Array.from({ length: 50 }, createSeededRandom(4));
    expect(estimateMean(values, 5)).toEqual(estimateMean(values, 5));
    expect(estimateMean(values, 5)).not.toEqual(estimateMean(values, 6));
  });
});
