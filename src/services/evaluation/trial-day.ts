import type { RankedPaper } from '../../domain/digests/digest.ts';
import { hashText } from '../../domain/evaluation/seeded-random.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import type { Idf } from '../../domain/ranking/inverse-document-frequency.ts';
import { unpackLearned } from '../../domain/ranking/learned-terms.ts';
import { createPaperSelector } from '../../domain/ranking/paper-selector.ts';
import { findMostDiscussedRank, rankPapers } from '../../domain/ranking/ranking.ts';
import { createSimilarity } from '../../domain/ranking/similarity.ts';
import { createTermIndex } from '../../domain/ranking/term-index.ts';
import { computeTermVector } from '../../domain/ranking/term-vector.ts';
import { DEFAULT_PREFERENCES } from '../../domain/subscribers/subscriber.ts';

/** What a selection of the day depends on. */
interface TrialRequest {
  topics: string[];
  keywords: string[];
  /** Packed learned terms, or null. */
  learned: string | null;
  seenPaperIds: ReadonlySet<string>;
}

/** The papers of one day as a digest has them, with the selector of production. */
export interface TrialDay {
  papers: readonly RankedPaper[];
  /** Ranks of the papers of a mail, the lead first. */
  select(request: TrialRequest, papers: number): number[];
  /** Ranks of all papers that the selector would ever choose, the best first: without the penalty
   *  for similar papers, which is made for a mail and would reorder the end of a long list. */
  selectAll(request: TrialRequest): number[];
  /** Ranks of all papers by their cosine similarity to the learned terms alone; ties are in an
   *  order that depends on their ids only. */
  orderByLikeness(learned: string | null): number[];
}

/** Any day: a digest's papers count as listed on one day. */
const LISTED_ON = '2000-01-01';

/** Creates the day of these papers. */
export function createTrialDay(
  candidates: readonly TopicPaper[],
  { idf, seed }: { idf: Idf; seed: number },
): TrialDay {
  const papers = rankPapers(
    candidates.map((paper) => ({ ...paper, listedOn: LISTED_ON, usableOn: LISTED_ON })),
  );
  const mostDiscussedRank = findMostDiscussedRank(papers);
  const similarity = createSimilarity(papers);
  const noSimilarity = new Float32Array(papers.length);
  const select = createPaperSelector({ papers, similarity, mostDiscussedRank });
  const order = createPaperSelector({
    papers,
    similarity: () => noSimilarity,
    mostDiscussedRank,
  });
  const terms = createTermIndex(papers, idf);
  const vectors = papers.map((paper) => computeTermVector(paper, idf));
  const tieBreakers = papers.map(({ id }) => hashText(`${seed} ${id}`));
  const runSelector = (
    selector: typeof select,
    { topics, keywords, learned, seenPaperIds }: TrialRequest,
    count: number,
  ) => {
    const preferences = { ...DEFAULT_PREFERENCES, papers: count, topics, keywords, learned };
    return selector(preferences, { seenPaperIds, terms }).map(({ rank }) => rank);
  };
  return {
    papers,
    select: (request, count) => runSelector(select, request, count),
    selectAll: (request) => runSelector(order, request, papers.length),
    orderByLikeness: (learned) => {
      const weights = new Map(unpackLearned(learned).terms.map((each) => [each.term, each.weight]));
      const likeness = vectors.map((vector) => {
        let sum = 0;
        for (const [term, weight] of vector) sum += weight * (weights.get(term) ?? 0);
        return sum;
      });
      return papers
        .map(({ rank }) => rank)
        .sort(
          (a, b) =>
            (likeness[b] as number) - (likeness[a] as number) ||
            (tieBreakers[a] as number) - (tieBreakers[b] as number),
        );
    },
  };
}
