import type { RankedPaper } from '../digests/digest.ts';
import type { TopicPaper } from '../papers/paper.ts';

/**
 * Weights of the parts of a paper's score (docs/relevance.md). The profile score, up to 1, is
 * added to them. The interest of keywords and names is 1 to 2, and they outweigh everything else,
 * so that their papers come first.
 */
export const SCORE_WEIGHTS = { popularity: 0.45, topic: 0.25, explicit: 1.5, code: 0.03 } as const;

/**
 * Ranks the papers of a digest by popularity, then code, then date, the newest first. `popularity`
 * is the share of papers listed on the same day that are less discussed: a percentile removes the
 * effect of age and of quiet days.
 */
export function rankPapers(papers: readonly TopicPaper[]): RankedPaper[] {
  const popularity = computePercentiles(papers);
  return papers
    .map((paper) => ({ ...paper, rank: 0, popularity: popularity.get(paper.id) ?? 0 }))
    .sort(compareByBaseScore)
    .map((paper, rank) => ({ ...paper, rank }));
}

/** How much a paper is discussed. A comment is rarer than a vote, but one person can write many. */
export function scoreDiscussion(paper: Pick<TopicPaper, 'upvotes' | 'comments'>): number {
  return Math.log1p(paper.upvotes) + 0.5 * Math.log1p(paper.comments);
}

/** The rank of the paper that is more discussed than all others, or null. */
export function findMostDiscussedRank(papers: readonly RankedPaper[]): number | null {
  return findMostDiscussed(papers)?.rank ?? null;
}

/** The paper that is more discussed than all others, or null: of two equals, none may be called the
 *  most discussed. */
export function findMostDiscussed(papers: readonly RankedPaper[]): RankedPaper | null {
  let most: RankedPaper | null = null;
  let mostScore = 0;
  for (const paper of papers) {
    const score = scoreDiscussion(paper);
    if (score === mostScore) most = null;
    if (score <= mostScore) continue;
    most = paper;
    mostScore = score;
  }
  return most;
}

/** The part of a paper's score that is the same for everybody. */
export function computeBaseScore(paper: RankedPaper): number {
  return (
    SCORE_WEIGHTS.popularity * paper.popularity + (paper.codeUrl === null ? 0 : SCORE_WEIGHTS.code)
  );
}

function compareByBaseScore(a: RankedPaper, b: RankedPaper): number {
  return (
    computeBaseScore(b) - computeBaseScore(a) ||
    scoreDiscussion(b) - scoreDiscussion(a) ||
    compareStrings(b.publishedOn ?? '', a.publishedOn ?? '') ||
    compareStrings(a.id, b.id)
  );
}

/** `percent_rank` within the list day: papers with equal scores share the lower value. */
function computePercentiles(papers: readonly TopicPaper[]): Map<string, number> {
  const result = new Map<string, number>();
  const days = new Set(papers.map((paper) => paper.listedOn));
  for (const day of days) {
    const sameDay = papers.filter((paper) => paper.listedOn === day);
    const values = sameDay.map(scoreDiscussion).sort((a, b) => a - b);
    const below = new Map<number, number>();
    for (const [position, value] of values.entries())
      if (!below.has(value)) below.set(value, position);
    for (const paper of sameDay) {
      const position = below.get(scoreDiscussion(paper)) ?? 0;
      result.set(paper.id, values.length === 1 ? 0 : position / (values.length - 1));
    }
  }
  return result;
}

function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
