import { describe, expect, it } from 'vitest';
import { computeRetryDelayMs } from '../../../src/domain/deliveries/retry-delay.ts';
import { MINUTE_MS } from '../../../src/domain/time/units.ts';

describe('computeRetryDelayMs', () => {
  it.each([
    [0, 5],
    [1, 5],
    [2, 10],
    [3, 20],
    [4, 40],
    [5, 60],
    [6, 60],
    [1000, 60],
  ])('The delay after attempt %i is %i minutes, plus or minus a fifth', (attempts, minutes) => {
    expect(computeRetryDelayMs(attempts, 0)).toBe(minutes * MINUTE_MS * 0.8);
    expect(computeRetryDelayMs(attempts, 0.5)).toBe(minutes * MINUTE_MS);
    expect(computeRetryDelayMs(attempts, 1)).toBe(minutes * MINUTE_MS * 1.2);
  });
});
