import type { RankedPaper } from '../digests/digest.ts';
import type { Idf } from './inverse-document-frequency.ts';
import { computeTermVector } from './term-vector.ts';
import { createVocabulary, type Vocabulary } from './vocabulary.ts';

/** Numbers for each paper in a posting; before them stands how many papers it has. */
export const POSTING_STEP = 3;

/** What the papers of a digest say: computed once, looked up for every reader who taught something. */
export interface TermIndex {
  /** The terms, each with where its posting begins. */
  vocabulary: Vocabulary;
  /**
   * The postings of the terms, one behind the other: how many papers say the term, and for each of them its place,
   * the weight of the term in it, and the place of the term among those that may be told of it, from 1, or 0
   * when it is not. In one array, since looking up numbers that lie apart is most of the work.
   */
  postings: Float32Array;
  /** For each paper, the terms that may be told of it, the weightiest first. */
  explainingTerms: readonly (readonly string[])[];
}

/** Few, so that readers share their reasons, and with them what is rendered. */
export const MAX_EXPLAINING_TERMS = 4;

/** Of the papers of a digest, by their places. */
export function createTermIndex(papers: readonly RankedPaper[], idf: Idf): TermIndex {
  const lists = new Map<string, number[]>();
  const explainingTerms = papers.map((paper, paperIndex) => {
    const vector = computeTermVector(paper, idf);
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
  return { vocabulary: createVocabulary(postingStarts), postings, explainingTerms };
}

/** The weightiest terms, none of them a part of another: of `state space` and `space` the longer one. */
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

/** A reader sees more in two words than in one. */
const BIGRAM_BOOST = 1.25;

function overlaps(a: string, b: string): boolean {
  const words = b.split(' ');
  return a.split(' ').some((word) => words.includes(word));
}
