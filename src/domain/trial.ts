import type { RankedPaper } from './digests/digest.ts';
import type { TopicPaper } from './papers/paper.ts';
import { createDocumentFrequencies, type Idf } from './ranking/inverse-document-frequency.ts';
import { learnTerms, packLearned } from './ranking/learned-terms.ts';
import { createPaperSelector, type PaperSelector } from './ranking/paper-selector.ts';
import { findMostDiscussedRank, rankPapers } from './ranking/ranking.ts';
import { createSimilarity } from './ranking/similarity.ts';
import { createTermIndex, type TermIndex } from './ranking/term-index.ts';
import { extractTerms } from './ranking/terms.ts';
import { createSeededRandom, shuffle } from './seeded-random.ts';
import {
  type SimulatedSubscriber,
  simulateFeedback,
  simulateSubscriber,
} from './simulated-reader.ts';
import { DEFAULT_PREFERENCES } from './subscribers/subscriber.ts';

/** Ways of choosing that are compared. */
export const RANKINGS = ['popularity', 'feedback', 'topics', 'topics_and_feedback'] as const;
export type Ranking = (typeof RANKINGS)[number];

/** How one reader fared on one day. */
export interface RankingTrial {
  /** Papers that were chosen and that the reader likes, over those asked for. */
  precision: Record<Ranking, number>;
  /** The same for a choice that knows everything. */
  possible: number;
  /** The same for one that knows nothing: the share of the day's papers that the reader likes. */
  chance: number;
}

/** Readers who are made up one after the other; the same in every run. */
export interface RankingTrials {
  /** Papers that a reader asks for. */
  papersEach: number;
  /** Papers of which feedback is given, and papers of the days that are chosen from. */
  past: number;
  days: number[];
  /** The `number`-th reader; null when no reader of that number likes enough of a day. */
  run(number: number): RankingTrial | null;
}

const DAY_PAPERS = 100;
const PAPERS_EACH = 10;
/** A reader gets one paper out of so many at the most. */
const MIN_PAPERS_PER_CHOICE = 5;

/** Readers who like less of their day tell nothing. */
const MIN_LIKED_PAPERS = 2;
const MAX_SIMULATION_ATTEMPTS = 40;

/** Any day: nothing in a trial depends on it. */
const NOW = new Date('2026-01-01T00:00:00Z');

/** Splits papers by chance: feedback is given on one half, the other is cut into days to choose from. */
export function createRankingTrials(papers: readonly TopicPaper[]): RankingTrials {
  const idf = computeIdf(papers);
  const shuffledPapers = shuffle(papers, createSeededRandom(0));
  const feedbackPapers = shuffledPapers.slice(0, Math.floor(shuffledPapers.length / 2));
  const days = splitIntoDays(shuffledPapers.slice(feedbackPapers.length), idf);
  const papersEach = Math.min(
    PAPERS_EACH,
    Math.ceil((days[0]?.papers.length ?? 0) / MIN_PAPERS_PER_CHOICE),
  );
  return {
    papersEach,
    past: feedbackPapers.length,
    days: days.map((day) => day.papers.length),
    run: (number) => {
      const random = createSeededRandom(number + 1);
      const day = days[number % days.length];
      if (!day) return null;
      for (let attempt = 0; attempt < MAX_SIMULATION_ATTEMPTS; attempt += 1) {
        const subscriber = simulateSubscriber(papers, idf, random);
        const liked = day.papers.filter((paper) => subscriber.likes(paper)).length;
        if (liked < MIN_LIKED_PAPERS || liked > day.papers.length / 2) continue;
        const feedback = simulateFeedback(subscriber, feedbackPapers, random);
        if (feedback.length > 0)
          return runTrial({
            day,
            reader: subscriber,
            papersEach,
            learned: learnFromFeedback(feedback, idf),
          });
      }
      return null;
    },
  };
}

interface TrialDay {
  papers: RankedPaper[];
  select: PaperSelector;
  terms: TermIndex;
}

function splitIntoDays(papers: readonly TopicPaper[], idf: Idf): TrialDay[] {
  const count = Math.ceil(papers.length / DAY_PAPERS);
  return Array.from({ length: count }, (_, number) => {
    const ranked = rankPapers(papers.filter((_paper, place) => place % count === number));
    const select = createPaperSelector({
      kind: 'daily',
      papers: ranked,
      similarity: createSimilarity(ranked),
      topicNames: new Map(),
      mostDiscussedRank: findMostDiscussedRank(ranked),
    });
    return { papers: ranked, select, terms: createTermIndex(ranked, idf) };
  });
}

function runTrial({
  day,
  reader: subscriber,
  papersEach,
  learned,
}: {
  day: TrialDay;
  reader: SimulatedSubscriber;
  papersEach: number;
  learned: string | null;
}): RankingTrial {
  const { papers, select, terms } = day;
  const precisionOf = (ranks: readonly number[]) =>
    ranks.filter((rank) => subscriber.likes(papers[rank] as RankedPaper)).length / papersEach;
  const precisionFor = (topics: string[], learnedTerms: string | null) => {
    const preferences = {
      ...DEFAULT_PREFERENCES,
      papers: papersEach,
      topics,
      learned: learnedTerms,
    };
    const selection = select(preferences, {
      seenPaperIds: new Set(),
      keywordMatches: new Map(),
      terms,
    });
    return precisionOf(selection.map(({ rank }) => rank));
  };
  const liked = papers.filter((paper) => subscriber.likes(paper)).length;
  return {
    precision: {
      popularity: precisionOf(papers.slice(0, papersEach).map(({ rank }) => rank)),
      feedback: precisionFor([], learned),
      topics: precisionFor(subscriber.topics, null),
      topics_and_feedback: precisionFor(subscriber.topics, learned),
    },
    possible: Math.min(liked, papersEach) / papersEach,
    chance: liked / papers.length,
  };
}

function learnFromFeedback(feedback: ReturnType<typeof simulateFeedback>, idf: Idf): string | null {
  const judged = feedback.map((each) => ({ ...each, givenAt: NOW }));
  return packLearned(learnTerms(judged, { idf, unlearned: new Set(), now: NOW }));
}

function computeIdf(papers: readonly TopicPaper[]): Idf {
  const counts = createDocumentFrequencies();
  for (const paper of papers) counts.add(extractTerms(paper).keys());
  return counts.toIdf();
}
