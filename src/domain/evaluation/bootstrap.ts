import { createSeededRandom } from './seeded-random.ts';

/** A mean with its 95 % confidence interval. */
export interface Estimate {
  mean: number;
  low: number;
  high: number;
}

const RESAMPLES = 1000;
const TAIL = 0.025;

/**
 * The mean of values, one for each reader, with its 95 % percentile bootstrap interval over readers
 * (Efron 1979). Null for no values.
 */
export function estimateMean(values: readonly number[], seed: number): Estimate | null {
  if (values.length === 0) return null;
  const random = createSeededRandom(seed);
  const data = Float64Array.from(values);
  const means = new Float64Array(RESAMPLES);
  for (let resample = 0; resample < RESAMPLES; resample += 1) {
    let sum = 0;
    for (let draw = 0; draw < data.length; draw += 1)
      sum += data[Math.floor(random() * data.length)] as number;
    means[resample] = sum / data.length;
  }
  means.sort();
  const quantile = (share: number) => means[Math.round(share * (RESAMPLES - 1))] as number;
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  return { mean, low: quantile(TAIL), high: quantile(1 - TAIL) };
}
