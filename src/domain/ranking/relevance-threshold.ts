import type { RelevanceThreshold } from '../subscribers/subscriber.ts';

/** Lowest popularity that meets each threshold. */
const MIN_POPULARITY: Readonly<Record<RelevanceThreshold, number>> = {
  low: 0,
  middle: 0.5,
  high: 0.8,
};

/**
 * Whether a popularity, 0 to 1, meets a subscriber's relevance threshold. A selection is sent if
 * one of its papers does, or matches a keyword or a name.
 */
export function meetsThreshold(threshold: RelevanceThreshold, popularity: number): boolean {
  return popularity >= MIN_POPULARITY[threshold];
}
