import type { TopicPaper } from './paper.ts';

/** How alike two papers are, 0 to 1, given by their places in a list. */
export type Similarity = (a: number, b: number) => number;

/** Likeness within a list of papers: shared topics and shared trigrams of the titles, half each.
 *  Every pair is computed once. */
export function similarityOf(papers: readonly TopicPaper[]): Similarity {
  const topics = papers.map((paper) => new Set(paper.topics.map(({ slug }) => slug)));
  const trigrams = papers.map((paper) => trigramsOf(paper.title));
  const known = new Float32Array(papers.length * papers.length).fill(-1);
  return (a, b) => {
    const place = a < b ? a * papers.length + b : b * papers.length + a;
    const before = known[place] ?? -1;
    if (before >= 0) return before;
    // Rounded as it is kept, or a selection would depend on who asked before.
    const value = Math.fround(
      (jaccard(topics[a], topics[b]) + jaccard(trigrams[a], trigrams[b])) / 2,
    );
    known[place] = value;
    return value;
  };
}

/** Every three letters in a row of each word, as pg_trgm cuts them. */
function trigramsOf(text: string): Set<string> {
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
