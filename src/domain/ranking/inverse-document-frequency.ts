/** Inverse document frequency: the fewer papers contain a term, the more it weighs. */
export interface Idf {
  /** Number of papers counted. */
  paperCount: number;
  weightOf(term: string): number;
}

/** Counts in how many papers each term occurs. */
interface DocumentFrequencies {
  add(terms: Iterable<string>): void;
  toIdf(): Idf;
}

/**
 * Weights are ln((n + 1) / (df + 1)) (Spärck Jones 1972, smoothed). A pair of words that occurs in
 * only one paper weighs 0, because nearly all such pairs are chance. A single word keeps its
 * weight: it may be a name that occurs again.
 */
export function createDocumentFrequencies(): DocumentFrequencies {
  const counts = new Map<string, number>();
  let paperCount = 0;
  return {
    add: (terms) => {
      paperCount += 1;
      for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
    },
    toIdf: () => {
      for (const [term, count] of counts) if (count === 1) counts.delete(term);
      return {
        paperCount,
        weightOf: (term) => {
          const count = counts.get(term);
          if (count === undefined && term.includes(' ')) return 0;
          return Math.max(0, Math.log((paperCount + 1) / ((count ?? 1) + 1)));
        },
      };
    },
  };
}
