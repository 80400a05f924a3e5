/** How much a term tells, from how few papers say it: 0 for what all say, or what one alone could. */
export interface Idf {
  /** Of how many papers it was counted. */
  paperCount: number;
  weightOf(term: string): number;
}

/** In how many papers each term stands. */
export interface DocumentFrequencies {
  add(terms: Iterable<string>): void;
  toIdf(): Idf;
}

/**
 * Counts terms, one paper after the other. The inverse document frequency is ln((n + 1) / (df + 1)) (Spärck
 * Jones 1972, smoothed). Two words that stand in one paper alone count nothing: nearly all of them meet
 * there by chance. A single word counts all the same: it may be a name that comes again.
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
