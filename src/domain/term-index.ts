import type { RankedPaper } from './digest.ts';
import type { Idf } from './idf.ts';
import { createTermBook, type TermBook } from './term-book.ts';
import { vectorOf } from './term-vector.ts';

/** Numbers for each paper in a posting; before them stands how many papers it has. */
export const POSTING_STEP = 3;

/** What the papers of a digest say: computed once, looked up for every reader who taught something. */
export interface TermIndex {
  /** The terms, each with where its posting begins. */
  terms: TermBook;
  /**
   * The postings of the terms, one behind the other: how many papers say the term, and for each of them its place,
   * the weight of the term in it, and the place of the term among those that may be told of it, from 1, or 0
   * when it is not. In one array, since looking up numbers that lie apart is most of the work.
   */
  postings: Float32Array;
  /** For each paper, the terms that may be told of it, the weightiest first. */
  told: readonly (readonly string[])[];
}

/** Few, so that readers share their reasons, and with them what is rendered. */
export const MOST_TOLD = 4;

/** Of the papers of a digest, by their places. */
export function createTermIndex(papers: readonly RankedPaper[], idf: Idf): TermIndex {
  const lists = new Map<string, number[]>();
  const told = papers.map((paper, place) => {
    const vector = vectorOf(paper, idf);
    const telling = tellingTerms(vector);
    for (const [term, weight] of vector) {
      const list = lists.get(term) ?? [];
      lists.set(term, list);
      list.push(place, weight, telling.indexOf(term) + 1);
    }
    return telling;
  });
  const begins = new Map<string, number>();
  let end = 0;
  for (const [term, list] of lists) {
    begins.set(term, end);
    end += 1 + list.length;
  }
  const postings = new Float32Array(end);
  for (const [term, list] of lists) {
    postings.set([list.length / POSTING_STEP, ...list], begins.get(term));
  }
  return { terms: createTermBook(begins), postings, told };
}

/** The weightiest terms, none of them a part of another: of `state space` and `space` the longer one. */
function tellingTerms(vector: ReadonlyMap<string, number>): string[] {
  const telling: string[] = [];
  const worth = (term: string) =>
    (vector.get(term) ?? 0) * (term.includes(' ') ? TWO_WORDS_TELL : 1);
  const ranked = [...vector.keys()].sort((a, b) => worth(b) - worth(a) || (a < b ? -1 : 1));
  for (const term of ranked) {
    if (telling.length === MOST_TOLD) break;
    if (!telling.some((other) => overlaps(other, term))) telling.push(term);
  }
  return telling;
}

/** A reader sees more in two words than in one. */
const TWO_WORDS_TELL = 1.25;

function overlaps(a: string, b: string): boolean {
  const words = b.split(' ');
  return a.split(' ').some((word) => words.includes(word));
}
