import type { RankedPaper } from '../../../src/domain/digests/digest.ts';
import type { TopicPaper } from '../../../src/domain/papers/paper.ts';
import {
  createDocumentFrequencies,
  type Idf,
} from '../../../src/domain/ranking/inverse-document-frequency.ts';
import { learnTerms, packLearned } from '../../../src/domain/ranking/learned-terms.ts';
import {
  createPaperSelector,
  type PaperSelector,
} from '../../../src/domain/ranking/paper-selector.ts';
import { findMostDiscussedRank, rankPapers } from '../../../src/domain/ranking/ranking.ts';
import { createSimilarity } from '../../../src/domain/ranking/similarity.ts';
import { createTermIndex, type TermIndex } from '../../../src/domain/ranking/term-index.ts';
import { extractTerms } from '../../../src/domain/ranking/terms.ts';
import { DEFAULT_PREFERENCES } from '../../../src/domain/subscribers/subscriber.ts';
import { createSeededRandom, shuffle } from '../../support/random.ts';
import {
  type SimulatedSubscriber,
  simulateFeedback,
  simulateSubscriber,
} from './simulated-subscriber.ts';

/** The rankings compared. */
export const RANKINGS = ['popularity', 'feedback', 'topics', 'topics_and_feedback'] as const;
export type Ranking = (typeof RANKINGS)[number];

/** The result of one simulated subscriber on one day. */
export interface RankingTrial {
  /** Chosen papers that the subscriber likes, as a share of those asked for. */
  precision: Record<Ranking, number>;
  /** Precision of a perfect choice. */
  possible: number;
  /** Precision of a random choice: the share of the day's papers that the subscriber likes. */
  chance: number;
}

/** Trials by number; trial n is the same in every run. */
export interface RankingTrials {
  /** Papers chosen for each subscriber. */
  papersPerSubscriber: number;
  /** Number of papers that feedback is given on. */
  feedbackPapers: number;
  /** Number of papers of each day that selections are made from. */
  days: number[];
  /** Null when no simulated subscriber of that number likes enough papers of its day. */
  run(number: number): RankingTrial | null;
}

const DAY_PAPERS = 100;
const MAX_PAPERS_PER_SUBSCRIBER = 10;
/** On small days the selection shrinks, so that there is a choice to make. */
const MIN_PAPERS_PER_CHOICE = 5;

/** A subscriber who likes fewer papers of the day does not tell the rankings apart. */
const MIN_LIKED_PAPERS = 2;
const MAX_SIMULATION_ATTEMPTS = 40;

/** Any date: nothing in a trial depends on it. */
const NOW = new Date('2026-01-01T00:00:00Z');

/** Splits the papers at random: feedback is given on one half, the other is divided into days to
 *  choose from. */
export function createRankingTrials(papers: readonly TopicPaper[]): RankingTrials {
  const idf = computeIdf(papers);
  const shuffledPapers = shuffle(papers, createSeededRandom(0));
  const feedbackPapers = shuffledPapers.slice(0, Math.floor(shuffledPapers.length / 2));
  const days = splitIntoDays(shuffledPapers.slice(feedbackPapers.length), idf);
  const papersPerSubscriber = Math.min(
    MAX_PAPERS_PER_SUBSCRIBER,
    Math.ceil((days[0]?.papers.length ?? 0) / MIN_PAPERS_PER_CHOICE),
  );
  return {
    papersPerSubscriber,
    feedbackPapers: feedbackPapers.length,
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
            subscriber,
            papersPerSubscriber,
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
    const ranked = rankPapers(papers.filter((_paper, index) => index % count === number));
    const select = createPaperSelector({
      papers: ranked,
      similarity: createSimilarity(ranked),
      mostDiscussedRank: findMostDiscussedRank(ranked),
    });
    return { papers: ranked, select, terms: createTermIndex(ranked, idf) };
  });
}

function runTrial({
  day,
  subscriber,
  papersPerSubscriber,
  learned,
}: {
  day: TrialDay;
  subscriber: SimulatedSubscriber;
  papersPerSubscriber: number;
  learned: string | null;
}): RankingTrial {
  const { papers, select, terms } = day;
  const precisionOf = (ranks: readonly number[]) =>
    ranks.filter((rank) => subscriber.likes(papers[rank] as RankedPaper)).length /
    papersPerSubscriber;
  const precisionFor = (topics: string[], learnedTerms: string | null) => {
    const preferences = {
      ...DEFAULT_PREFERENCES,
      papers: papersPerSubscriber,
      topics,
      learned: learnedTerms,
    };
    const selection = select(preferences, {
      seenPaperIds: new Set(),
      terms,
    });
    return precisionOf(selection.map(({ rank }) => rank));
  };
  const liked = papers.filter((paper) => subscriber.likes(paper)).length;
  return {
    precision: {
      popularity: precisionOf(papers.slice(0, papersPerSubscriber).map(({ rank }) => rank)),
      feedback: precisionFor([], learned),
      topics: precisionFor(subscriber.topics, null),
      topics_and_feedback: precisionFor(subscriber.topics, learned),
    },
    possible: Math.min(liked, papersPerSubscriber) / papersPerSubscriber,
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
