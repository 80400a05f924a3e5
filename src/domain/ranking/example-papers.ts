import type { RankedPaper } from '../digests/digest.ts';

/** A paper that may be shown as an example, with its term vector of length 1. */
export interface ExampleCandidate {
  paper: RankedPaper;
  vector: ReadonlyMap<string, number>;
}

/** Examples that a new subscriber is shown. */
export const EXAMPLE_COUNT = 12;

/** Share of the examples on followed topics. The others show what a subscriber may be missing. */
const FOLLOWED_SHARE = 3 / 4;

/**
 * Picks the papers whose choice tells most about a subscriber: different from one another, popular,
 * and typical of many papers. Each next one has the greatest product of its distance to the nearest
 * picked one (farthest-first traversal; Gonzalez 1985) and the mean of popularity and typicality:
 * distance alone would pick oddities that nobody chooses.
 */
export function pickExamples(
  candidates: readonly ExampleCandidate[],
  { followed, count = EXAMPLE_COUNT }: { followed: readonly string[]; count?: number },
): RankedPaper[] {
  const typicality = computeTypicality(candidates);
  const distances = new Float64Array(candidates.length).fill(1);
  const isFollowed = candidates.map(({ paper }) =>
    paper.topics.some(({ slug }) => followed.includes(slug)),
  );
  const picked = new Set<number>();
  const pick = (isAllowed: (index: number) => boolean): boolean => {
    let best = -1;
    let bestScore = 0;
    for (const [index, { paper }] of candidates.entries()) {
      if (picked.has(index) || !isAllowed(index)) continue;
      const worth = (paper.popularity + (typicality[index] as number)) / 2;
      const score = (distances[index] as number) * (MIN_WORTH + worth);
      if (score <= bestScore) continue;
      best = index;
      bestScore = score;
    }
    const chosen = candidates[best];
    if (chosen === undefined) return false;
    picked.add(best);
    for (const [index, other] of candidates.entries()) {
      const distance = Math.max(MIN_DISTANCE, 1 - similarityOf(chosen, other));
      distances[index] = Math.min(distances[index] as number, distance);
    }
    return true;
  };
  const followedCount = followed.length === 0 ? 0 : Math.round(count * FOLLOWED_SHARE);
  while (picked.size < followedCount && pick((index) => isFollowed[index] === true));
  while (picked.size < count && pick((index) => isFollowed[index] !== true));
  while (picked.size < count && pick(() => true));
  return [...picked].flatMap((index) => candidates[index]?.paper ?? []);
}

/** Papers that are all alike can still be picked, the most popular first. */
const MIN_DISTANCE = 0.01;

/** A paper that is neither popular nor typical can still be picked when all others are alike. */
const MIN_WORTH = 0.1;

/** Half shared topics (Jaccard), half terms; terms alone for papers without topics. Papers share
 *  few terms, so the root of the cosine is taken: it tells a little likeness from none. */
function similarityOf(a: ExampleCandidate, b: ExampleCandidate): number {
  const cosine = Math.min(1, Math.max(0, dotProduct(a.vector, b.vector)));
  const ofTerms = Math.sqrt(cosine);
  const ofTopics = shareTopics(a.paper, b.paper);
  return ofTopics === null ? ofTerms : (ofTopics + ofTerms) / 2;
}

function shareTopics(a: RankedPaper, b: RankedPaper): number | null {
  const shared = a.topics.filter(({ slug }) => b.topics.some((topic) => topic.slug === slug));
  const all = a.topics.length + b.topics.length - shared.length;
  return all === 0 ? null : shared.length / all;
}

/** The likeness of each paper to all others, 0 to 1, relative to the most typical one. */
function computeTypicality(candidates: readonly ExampleCandidate[]): number[] {
  const sums = new Map<string, number>();
  for (const { vector } of candidates) {
    for (const [term, weight] of vector) sums.set(term, (sums.get(term) ?? 0) + weight);
  }
  // A vector has length 1, which is its likeness to itself.
  const likeness = candidates.map(({ vector }) => Math.max(0, dotProduct(vector, sums) - 1));
  const most = Math.max(...likeness, Number.MIN_VALUE);
  return likeness.map((each) => each / most);
}

function dotProduct(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [term, weight] of a) sum += weight * (b.get(term) ?? 0);
  return sum;
}
