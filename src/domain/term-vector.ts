import type { Idf } from './idf.ts';
import type { Paper } from './paper.ts';
import { termsOf } from './terms.ts';

/** The terms of a paper with their weights, (1 + ln tf) × idf, as a vector of length 1 (cosine
 *  normalisation): a long abstract says no more than a short one. Empty when no term tells anything. */
export function vectorOf(paper: Pick<Paper, 'title' | 'abstract'>, idf: Idf): Map<string, number> {
  const weights = new Map<string, number>();
  for (const [term, count] of termsOf(paper)) {
    const weight = (1 + Math.log(count)) * idf.of(term);
    if (weight > 0) weights.set(term, weight);
  }
  return toLengthOne(weights);
}

/** Divides in place. */
export function toLengthOne(weights: Map<string, number>): Map<string, number> {
  let squares = 0;
  for (const weight of weights.values()) squares += weight * weight;
  const length = Math.sqrt(squares);
  if (length > 0) for (const [term, weight] of weights) weights.set(term, weight / length);
  return weights;
}
