import { forEachLearnedTerm } from './learned-terms.ts';
import { MAX_EXPLAINING_TERMS, POSTING_STEP, type TermIndex } from './term-index.ts';
import { createUtf8Encoder } from './utf8-encoder.ts';
import { NO_TERM } from './vocabulary.ts';

/** Scores the papers of a digest by the terms learned from a subscriber's feedback. Its arrays are
 *  reused from one subscriber to the next. */
interface ProfileScore {
  /** Computes the scores for packed learned terms. */
  load(index: TermIndex, packed: string): void;
  /** What feedback adds to the score of a paper, positive or negative. */
  score(paperIndex: number): number;
  /** The two learned terms that contributed most, as one small number for `decodeExplainingTerms`;
   *  0 for none. */
  explainingKey(paperIndex: number): number;
}

/** Weight of the profile score per feedback event, and its maximum. */
const WEIGHT_PER_FEEDBACK = 0.03;
const MAX_WEIGHT = 0.3;

/** Similarity that gives half of the maximum score. Of 0.02, 0.05, 0.1 and 0.2, the best for
 *  simulated readers (docs/relevance.md). */
const HALF_SATURATION_SIMILARITY = 0.05;

/** Contribution to the similarity from which a term may be shown as a reason. */
const MIN_EXPLAINING_CONTRIBUTION = 0.005;

/** @param size number of papers */
export function createProfileScorer(size: number): ProfileScore {
  const similarities = new Float64Array(size);
  const largest = new Float64Array(size);
  const secondLargest = new Float64Array(size);
  const largestExplaining = new Uint8Array(size);
  const secondExplaining = new Uint8Array(size);
  const encode = createUtf8Encoder();
  let weight = 0;

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
      for (const scratch of [
        similarities,
        largest,
        secondLargest,
        largestExplaining,
        secondExplaining,
      ])
        scratch.fill(0);
      const bytes = encode(packed);
      const feedback = forEachLearnedTerm(bytes, (start, end, learned) => {
        const posting = index.vocabulary.find(bytes, start, end);
        if (posting !== NO_TERM) addPosting(index.postings, posting, learned);
      });
      weight = Math.min(MAX_WEIGHT, WEIGHT_PER_FEEDBACK * feedback);
    },
    score: (paperIndex) => {
      const similarity = similarities[paperIndex] as number;
      return (weight * similarity) / (Math.abs(similarity) + HALF_SATURATION_SIMILARITY);
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
