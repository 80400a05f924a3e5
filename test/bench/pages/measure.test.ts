import { describe, expect, it } from 'vitest';
import { summarisePageCost } from './measure.ts';

describe('summarisePageCost', () => {
  it('The cost of a page is the median, the 95th percentile and the largest size', () => {
    const answers = Array.from({ length: 100 }, (_, at) => ({ ms: 100 - at, bytes: at }));
    expect(summarisePageCost(answers, 250)).toEqual({
      median_ms: 50,
      p95_ms: 95,
      cpu_ms: 2.5,
      bytes: 99,
    });
  });
});
