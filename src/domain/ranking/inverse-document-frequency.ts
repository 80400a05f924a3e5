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
  /** The terms of two papers or more. */
  const counts = new Map<string, number>();
  /** The hashes of all terms. Most terms are in one paper only: to count them by name would take
   *  many times the memory. Two terms with the same hash make a rare one look less rare. */
  const seen = new Uint8Array(SEEN_BYTES);
  let paperCount = 0;

  /** Whether the term, or one with the same hash, was seen before. */
  const markSeen = (term: string): boolean => {
    const hash = hashTerm(term);
    const index = hash >>> 3;
    const bit = 1 << (hash & 7);
    const wasSeen = ((seen[index] as number) & bit) !== 0;
    seen[index] = (seen[index] as number) | bit;
    return wasSeen;
  };

  return {
    add: (terms) => {
      paperCount += 1;
      for (const term of terms) {
        const count = counts.get(term);
        if (count !== undefined) counts.set(term, count + 1);
        else if (markSeen(term)) counts.set(term, 2);
      }
    },
    toIdf: () => createIdf(counts, paperCount),
  };
}

/** @param counts of the terms in two papers or more */
function createIdf(counts: ReadonlyMap<string, number>, paperCount: number): Idf {
  return {
    paperCount,
    weightOf: (term) => {
      const count = counts.get(term);
      if (count === undefined && term.includes(' ')) return 0;
      return Math.max(0, Math.log((paperCount + 1) / ((count ?? 1) + 1)));
    },
  };
}

/** Ten thousand papers have about a million different terms, 32 bits for each. */
const SEEN_BYTES = 2 ** 22;

/** FNV-1a, cut to a bit of `seen`. */
function hashTerm(term: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < term.length; at += 1)
    hash = Math.imul(hash ^ term.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) & (8 * SEEN_BYTES - 1);
}
