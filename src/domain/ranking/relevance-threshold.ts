import type { RelevanceThreshold } from '../subscribers/subscriber.ts';

type Demanding = Exclude<RelevanceThreshold, 'low'>;

/** Lowest popularity that meets a threshold. */
const MIN_POPULARITY: Readonly<Record<Demanding, number>> = { middle: 0.5, high: 0.8 };

/** Lowest likeness to what the subscriber liked that meets a threshold (docs/relevance.md). */
const MIN_LIKENESS: Readonly<Record<Demanding, number>> = { middle: 0.1, high: 0.15 };

/** What decides whether a paper is relevant enough. */
interface PaperRelevance {
  /** Share of its day's papers that are less popular, 0 to 1. */
  popularity: number;
  /** To what the subscriber liked; 0 without feedback. */
  likeness: number;
  /** Whether its popularity counts: not if the subscriber likes something else. */
  isOfInterest: boolean;
}

/**
 * Whether a paper meets a subscriber's relevance threshold: it is popular, or much like what the
 * subscriber liked. A selection is sent if one of its papers does, or matches a keyword or a name.
 */
export function meetsThreshold(
  threshold: RelevanceThreshold,
  { popularity, likeness, isOfInterest }: PaperRelevance,
): boolean {
  if (threshold === 'low' || likeness >= MIN_LIKENESS[threshold]) return true;
  return isOfInterest && popularity >= MIN_POPULARITY[threshold];
}
