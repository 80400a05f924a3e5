import type { TopicPaper } from '../papers/paper.ts';

/** How alike the paper at a place of a list is to each paper in it, 0 to 1. */
export type Similarity = (place: number) => Float32Array;

/** Likeness within a list of papers: shared topics and shared trigrams of the titles, half each.
 *  Every row is computed once. */
export function createSimilarity(papers: readonly TopicPaper[]): Similarity {
  const topics = papers.map((paper) => new Set(paper.topics.map(({ slug }) => slug)));
  const trigrams = papers.map((paper) => extractTrigrams(paper.title));
  const rows: Float32Array[] = [];
  return (place) =>
    (rows[place] ??= Float32Array.from(
      papers,
      (_, other) =>
        (jaccard(topics[place], topics[other]) + jaccard(trigrams[place], trigrams[other])) / 2,
    ));
}

/** Every three letters in a row of each word, as pg_trgm cuts them. */
function extractTrigrams(text: string): Set<string> {
  const trigrams = new Set<string>();
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const padded = `  ${word} `;
    for (let start = 0; start + 3 <= padded.length; start++)
      trigrams.add(padded.slice(start, start + 3));
  }
  return trigrams;
}

function jaccard(a: ReadonlySet<string> = new Set(), b: ReadonlySet<string> = new Set()): number {
  let shared = 0;
  for (const value of a) if (b.has(value)) shared++;
  const all = a.size + b.size - shared;
  return all === 0 ? 0 : shared / all;
}
