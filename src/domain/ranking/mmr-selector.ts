import { maxPapersPerTopic } from './topic-cap.ts';

/** Share of relevance against newness in a pick (maximal marginal relevance, Carbonell 1998). */
const LAMBDA = 0.75;

/** The shelf of what counts towards no cap. */
export const NO_BUCKET = 0;

/** Chooses among what is offered, one by one: each time the best of what is left when likeness to
 *  those taken before counts against it, and when no shelf holds more of those taken than its share. */
export interface MmrSelector {
  /** Puts up the item of a place, which stands on a shelf, for choice. To be called in order of the places. */
  addCandidate(index: number, score: number, bucket: number): void;
  readonly candidateCount: number;
  /** Places in the order in which they were taken. */
  readonly selected: readonly number[];
  isAvailable(index: number): boolean;
  select(index: number): void;
  /** Takes up to `count` more; of equals the first. A full shelf is passed over while others have any. */
  selectBest(count: number): void;
  /** Gives back the one that was taken last; nothing can be taken after that. */
  undoLast(): void;
}

const NO_CANDIDATE = -1;

/** A choice among at most `size` items on `shelves` shelves, empty at first; `likenessOf` gives that of one
 *  place to each, 0 to 1. Its memory serves one reader after the other: room of its own for each would cost
 *  more than the choosing. */
export function createMmrSelector(
  size: number,
  bucketCount: number,
  similaritiesTo: (index: number) => Float32Array,
): MmrSelector & {
  /** Begins anew; `share` is the largest part of a selection that one shelf may have. */
  clear(maxBucketShare: number): void;
} {
  /** The first `left` of these places are open. */
  const available = new Int32Array(size);
  const isAvailable = new Uint8Array(size);
  const relevance = new Float64Array(size);
  const maxSimilarity = new Float64Array(size);
  const bucketOf = new Int32Array(size);
  const selectedPerBucket = new Int32Array(bucketCount + 1);
  const noSimilarities = new Float32Array(size);
  let maxBucketShare = 1;
  let candidateCount = 0;
  let availableCount = 0;
  let selected: number[] = [];
  /** The best of what is left on shelves that are not full; `NOBODY` when there is none. */
  let best = NO_CANDIDATE;

  /** Closes a place, lets what is open keep its distance, and finds the best of that, in one go. */
  const removeCandidate = (removed: number, similarities: Float32Array, bucketCap: number) => {
    best = NO_CANDIDATE;
    let bestMarginal = Number.NEGATIVE_INFINITY;
    let kept = 0;
    for (let at = 0; at < availableCount; at += 1) {
      const index = available[at] as number;
      if (index === removed) continue;
      available[kept] = index;
      kept += 1;
      const similarity = similarities[index] as number;
      let nearest = maxSimilarity[index] as number;
      if (similarity > nearest) {
        nearest = similarity;
        maxSimilarity[index] = similarity;
      }
      const marginal = (relevance[index] as number) - (1 - LAMBDA) * nearest;
      if (
        marginal > bestMarginal &&
        (selectedPerBucket[bucketOf[index] as number] as number) < bucketCap
      ) {
        bestMarginal = marginal;
        best = index;
      }
    }
    availableCount = kept;
  };

  const select = (index: number) => {
    isAvailable[index] = 0;
    selected.push(index);
    const bucket = bucketOf[index] as number;
    if (bucket !== NO_BUCKET) selectedPerBucket[bucket] = (selectedPerBucket[bucket] as number) + 1;
    removeCandidate(
      index,
      similaritiesTo(index),
      maxPapersPerTopic(maxBucketShare, selected.length + 1),
    );
  };

  const findBest = (): number => {
    if (best === NO_CANDIDATE && availableCount > 0)
      removeCandidate(NO_CANDIDATE, noSimilarities, size + 1);
    return best;
  };

  return {
    clear: (largestShare) => {
      maxBucketShare = largestShare;
      isAvailable.fill(0);
      selectedPerBucket.fill(0);
      candidateCount = 0;
      availableCount = 0;
      selected = [];
      best = NO_CANDIDATE;
    },
    addCandidate: (index, score, bucket) => {
      available[availableCount] = index;
      availableCount += 1;
      candidateCount += 1;
      isAvailable[index] = 1;
      relevance[index] = LAMBDA * score;
      maxSimilarity[index] = 0;
      bucketOf[index] = bucket;
      if (best === NO_CANDIDATE || (relevance[index] as number) > (relevance[best] as number))
        best = index;
    },
    get candidateCount() {
      return candidateCount;
    },
    get selected() {
      return selected;
    },
    isAvailable: (index) => isAvailable[index] === 1,
    select,
    selectBest: (count) => {
      for (let more = count; more > 0; more -= 1) {
        const next = findBest();
        if (next === NO_CANDIDATE) return;
        select(next);
      }
    },
    undoLast: () => void selected.pop(),
  };
}
