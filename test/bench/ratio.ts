import type { WindowPair } from './windows.ts';

/** A ratio with its 95 % confidence interval. */
export interface RatioEstimate {
  ratio: number;
  low: number;
  high: number;
}

/** Quantiles 0.975 of Student's t distribution for 1, 2, … degrees of freedom. */
const T_QUANTILES = [
  12.71, 4.3, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.2, 2.18, 2.16, 2.14, 2.13,
];
const T_LARGE = 2.1;

/**
 * The geometric mean of the quotients of the pairs and its 95 % interval (Student's t over their
 * logarithms); null for fewer than two pairs.
 */
export function estimateRatio(pairs: readonly WindowPair[]): RatioEstimate | null {
  if (pairs.length < 2) return null;
  const logs = pairs.map(({ own, source }) => Math.log(own / source));
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (logs.length - 1);
  const margin = (T_QUANTILES[logs.length - 2] ?? T_LARGE) * Math.sqrt(variance / logs.length);
  return { ratio: Math.exp(mean), low: Math.exp(mean - margin), high: Math.exp(mean + margin) };
}

/** Whether both ends of the interval are within 5 % of the ratio. */
export function isStable({ ratio, low, high }: RatioEstimate): boolean {
  return low >= ratio * 0.95 && high <= ratio * 1.05;
}
