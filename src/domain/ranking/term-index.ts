import type { RankedPaper } from '../digests/digest.ts';
import type { Idf } from './inverse-document-frequency.ts';
import { computeTermVector, normaliseVector } from './term-vector.ts';
import { createVocabulary, type Vocabulary } from './vocabulary.ts';

/** Numbers per paper in a posting list. The list starts with its number of papers. */
export const POSTING_STEP = 3;

/**
 * The inverted index of a digest's papers, computed once for all subscribers with learned terms.
 */
export interface TermIndex {
  /** The terms, each with the start of its posting list. */
  vocabulary: Vocabulary;
  /**
   * The posting lists of all terms: the number of papers, then for each paper its index, the weight
   * of the term, and the position of the term among its explaining terms, from 1, or 0 if it is
   * none. One array, because memory access is most of the cost.
   */
  postings: Float32Array;
  /**
   * For each paper, what is subtracted from its similarity to any profile: a part of its similarity
   * to the mean of the papers. Otherwise papers full of the words of the field would be like
   * everything.
   */
  commonParts: Float64Array;
  /** For each paper, the terms that reasons may name, the greatest weight first. */
  explainingTerms: readonly (readonly string[])[];
}

/** Few, so that subscribers share their reasons and what is rendered from them. */
export const MAX_EXPLAINING_TERMS = 4;

export function createTermIndex(papers: readonly RankedPaper[], idf: Idf): TermIndex {
  const vectors = papers.map((paper) => computeTermVector(paper, idf));
  const lists = new Map<string, number[]>();
  const explainingTerms = vectors.map((vector, paperIndex) => {
    const picked = pickExplainingTerms(vector);
    for (const [term, weight] of vector) {
      const list = lists.get(term) ?? [];
      lists.set(term, list);
      list.push(paperIndex, weight, picked.indexOf(term) + 1);
    }
    return picked;
  });
  const postingStarts = new Map<string, number>();
  let end = 0;
  for (const [term, list] of lists) {
    postingStarts.set(term, end);
    end += 1 + list.length;
  }
  const postings = new Float32Array(end);
  for (const [term, list] of lists) {
    postings.set([list.length / POSTING_STEP, ...list], postingStarts.get(term));
  }
  return {
    vocabulary: createVocabulary(postingStarts),
    postings,
    commonParts: computeCommonParts(vectors),
    explainingTerms,
  };
}

/** The share of its similarity to the mean paper that a paper's likeness loses. */
const COMMON_SHARE = 0.1;

function computeCommonParts(vectors: readonly ReadonlyMap<string, number>[]): Float64Array {
  const sums = new Map<string, number>();
  for (const vector of vectors)
    for (const [term, weight] of vector) sums.set(term, (sums.get(term) ?? 0) + weight);
  const mean = normaliseVector(sums);
  return Float64Array.from(vectors, (vector) => {
    let similarity = 0;
    for (const [term, weight] of vector) similarity += weight * (mean.get(term) as number);
    return COMMON_SHARE * similarity;
  });
}

/** The terms with the greatest weights that share no word: `state space` or `space`, not both. */
function pickExplainingTerms(vector: ReadonlyMap<string, number>): string[] {
  const picked: string[] = [];
  const boostedWeight = (term: string) =>
    (vector.get(term) ?? 0) * (term.includes(' ') ? BIGRAM_BOOST : 1);
  const ranked = [...vector.keys()].sort(
    (a, b) => boostedWeight(b) - boostedWeight(a) || (a < b ? -1 : 1),
  );
  for (const term of ranked) {
    if (picked.length === MAX_EXPLAINING_TERMS) break;
    if (!picked.some((other) => overlaps(other, term))) picked.push(term);
  }
  return picked;
}

/** Two words explain more to people than one. */
const BIGRAM_BOOST = 1.25;

function overlaps(a: string, b: string): boolean {
  const words = b.split(' ');
  return a.split(' ').some((word) => words.includes(word));
}
