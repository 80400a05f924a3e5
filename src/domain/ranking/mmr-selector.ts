import { maxPapersPerTopic } from './topic-cap.ts';

/** Items in this bucket count towards no cap. */
export const NO_BUCKET = 0;

/**
 * Weight of relevance against diversity (maximal marginal relevance, Carbonell and Goldstein 1998):
 * enough to keep near-duplicates apart. Less costs relevance (docs/relevance.md).
 */
const LAMBDA = 0.9;

/** Selects candidates greedily: each time the best remaining one, where similarity to those already
 *  selected counts against it, and no bucket may exceed its share of the selection. */
export interface MmrSelector {
  /** Must be called in order of the indexes. */
  addCandidate(index: number, score: number, bucket: number): void;
  readonly candidateCount: number;
  /** Indexes in the order of selection. */
  readonly selected: readonly number[];
  isAvailable(index: number): boolean;
  select(index: number): void;
  /** Selects up to `count` more; of equals the first. A full bucket is skipped while another bucket
   *  has candidates. */
  selectBest(count: number): void;
  /** Removes the last one from the selection. Nothing can be selected after that. */
  undoLast(): void;
}

const NO_CANDIDATE = -1;

/**
 * Creates a selector for at most `size` items in `bucketCount` buckets. `similaritiesTo` returns
 * the similarities of one item to all, 0 to 1. Its arrays are reused from one subscriber to the
 * next: allocating them each time would cost more than selecting.
 */
export function createMmrSelector(
  size: number,
  bucketCount: number,
  similaritiesTo: (index: number) => Float32Array,
): MmrSelector & {
  /** Starts a selection. `maxBucketShare` is the largest share of it that one bucket may have. */
  clear(maxBucketShare: number): void;
} {
  /** The first `availableCount` entries are the indexes that can still be selected. */
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
  /**
   * The best available item of the buckets that are not full; `NO_CANDIDATE` when there is none.
   */
  let best = NO_CANDIDATE;

  /** Removes one item, updates the similarities of the others and finds the best, in one pass. */
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
