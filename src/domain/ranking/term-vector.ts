import type { Paper } from '../papers/paper.ts';
import type { Idf } from './inverse-document-frequency.ts';
import { extractTerms } from './terms.ts';

/**
 * The terms of a paper with their weights, (1 + ln tf) × idf, as a vector of length 1 (cosine
 * normalisation), so that long abstracts do not outweigh short ones. Empty when no term has weight.
 */
export function computeTermVector(
  paper: Pick<Paper, 'title' | 'abstract'>,
  idf: Idf,
): Map<string, number> {
  const weights = new Map<string, number>();
  for (const [term, count] of extractTerms(paper)) {
    const weight = (1 + Math.log(count)) * idf.weightOf(term);
    if (weight > 0) weights.set(term, weight);
  }
  return normaliseVector(weights);
}

/** Scales the vector in place to length 1. */
export function normaliseVector(weights: Map<string, number>): Map<string, number> {
  let sumOfSquares = 0;
  for (const weight of weights.values()) sumOfSquares += weight * weight;
  const length = Math.sqrt(sumOfSquares);
  if (length > 0) for (const [term, weight] of weights) weights.set(term, weight / length);
  return weights;
}
