import type { TopicPaper } from '../papers/paper.ts';

/** The similarities of the paper at an index of a list to all papers in it, 0 to 1. */
export type Similarity = (index: number) => Float32Array;

/**
 * Similarity of papers in a list: half shared topics, half shared trigrams of the titles (Jaccard).
 * Each row is computed once.
 */
export function createSimilarity(papers: readonly TopicPaper[]): Similarity {
  const topics = papers.map((paper) => new Set(paper.topics.map(({ slug }) => slug)));
  const trigrams = papers.map((paper) => extractTrigrams(paper.title));
  const rows: Float32Array[] = [];
  return (index) =>
    (rows[index] ??= Float32Array.from(
      papers,
      (_, other) =>
        (jaccard(topics[index], topics[other]) + jaccard(trigrams[index], trigrams[other])) / 2,
    ));
}

/** The trigrams of each word, as pg_trgm extracts them. */
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
