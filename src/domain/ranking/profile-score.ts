import { forEachLearnedTerm } from './learned-terms.ts';
import { MAX_EXPLAINING_TERMS, POSTING_STEP, type TermIndex } from './term-index.ts';
import { createUtf8Encoder } from './utf8-encoder.ts';
import { NO_TERM } from './vocabulary.ts';

/** Scores the papers of a digest by the terms learned from a subscriber's feedback. Its arrays are
 *  reused from one subscriber to the next. */
export interface ProfileScorer {
  /** Computes the likenesses for packed learned terms. */
  load(index: TermIndex, packed: string): void;
  /**
   * The cosine similarity of a paper and the learned terms, less a part of what it has in common
   * with all papers: about 0.3 is very much alike, 0 or less is not.
   */
  likeness(paperIndex: number): number;
  /** Sets the best likeness of the candidates, which gets the greatest score. */
  scaleTo(bestLikeness: number): void;
  /** The likeness relative to the best one of the candidates, -1 to 1. */
  score(paperIndex: number): number;
  /** The weight of the score, 0 to 1: it grows with the feedback. */
  readonly weight: number;
  /** Whether any term is liked: those who only dislike papers have not said what they want. */
  readonly hasLikes: boolean;
  /** The two learned terms that contributed most, as one small number for `decodeExplainingTerms`;
   *  0 for none. */
  explainingKey(paperIndex: number): number;
}

/** Feedback that gives half of the maximum weight: one liked paper. More liked papers tell better
 *  than popularity what a subscriber wants. */
const HALF_WEIGHT_FEEDBACK = 1;

/** On a day with nothing near, the nearest paper is not made to look like a perfect match. */
const MIN_BEST_LIKENESS = 0.08;

/** Contribution to the similarity from which a term may be shown as a reason. */
const MIN_EXPLAINING_CONTRIBUTION = 0.005;

/** @param size number of papers */
export function createProfileScorer(size: number): ProfileScorer {
  const similarities = new Float64Array(size);
  const largest = new Float64Array(size);
  const secondLargest = new Float64Array(size);
  const largestExplaining = new Uint8Array(size);
  const secondExplaining = new Uint8Array(size);
  const encode = createUtf8Encoder();
  let weight = 0;
  let hasLikes = false;
  let bestLikeness = MIN_BEST_LIKENESS;

  const recordContribution = (paperIndex: number, contribution: number, explaining: number) => {
    if (contribution > (largest[paperIndex] as number)) {
      secondLargest[paperIndex] = largest[paperIndex] as number;
      secondExplaining[paperIndex] = largestExplaining[paperIndex] as number;
      largest[paperIndex] = contribution;
      largestExplaining[paperIndex] = explaining;
    } else if (contribution > (secondLargest[paperIndex] as number)) {
      secondLargest[paperIndex] = contribution;
      secondExplaining[paperIndex] = explaining;
    }
  };

  const addPosting = (postings: Float32Array, posting: number, learned: number) => {
    const begin = posting + 1;
    const end = begin + (postings[posting] as number) * POSTING_STEP;
    for (let at = begin; at < end; at += POSTING_STEP) {
      const paperIndex = postings[at] as number;
      const contribution = learned * (postings[at + 1] as number);
      similarities[paperIndex] = (similarities[paperIndex] as number) + contribution;
      const explaining = postings[at + 2] as number;
      if (contribution > 0 && explaining !== 0)
        recordContribution(paperIndex, contribution, explaining);
    }
  };

  return {
    load: (index, packed) => {
      for (const scratch of [largest, secondLargest, largestExplaining, secondExplaining])
        scratch.fill(0);
      for (let paperIndex = 0; paperIndex < size; paperIndex += 1)
        similarities[paperIndex] = -(index.commonParts[paperIndex] as number);
      hasLikes = false;
      const bytes = encode(packed);
      const feedback = forEachLearnedTerm(bytes, (start, end, learned) => {
        if (learned > 0) hasLikes = true;
        const posting = index.vocabulary.find(bytes, start, end);
        if (posting !== NO_TERM) addPosting(index.postings, posting, learned);
      });
      weight = feedback / (feedback + HALF_WEIGHT_FEEDBACK);
    },
    likeness: (paperIndex) => similarities[paperIndex] as number,
    scaleTo: (best) => {
      bestLikeness = Math.max(MIN_BEST_LIKENESS, best);
    },
    score: (paperIndex) => Math.max(-1, (similarities[paperIndex] as number) / bestLikeness),
    get weight() {
      return weight;
    },
    get hasLikes() {
      return hasLikes;
    },
    explainingKey: (paperIndex) => {
      if (
        (similarities[paperIndex] as number) <= 0 ||
        (largest[paperIndex] as number) < MIN_EXPLAINING_CONTRIBUTION
      )
        return 0;
      const a = largestExplaining[paperIndex] as number;
      const b =
        (secondLargest[paperIndex] as number) < MIN_EXPLAINING_CONTRIBUTION
          ? 0
          : (secondExplaining[paperIndex] as number);
      return b === 0 ? a : Math.min(a, b) * (MAX_EXPLAINING_TERMS + 1) + Math.max(a, b);
    },
  };
}

/** Number of values that `explainingKey` can have. */
export const EXPLAINING_KEY_COUNT = (MAX_EXPLAINING_TERMS + 1) ** 2;

/** The terms encoded by an `explainingKey`. */
export function decodeExplainingTerms(
  { explainingTerms: explaining }: TermIndex,
  paperIndex: number,
  key: number,
): string[] {
  const places = [Math.floor(key / (MAX_EXPLAINING_TERMS + 1)), key % (MAX_EXPLAINING_TERMS + 1)];
  return places.flatMap((at) => (at === 0 ? [] : (explaining[paperIndex]?.[at - 1] ?? [])));
}
