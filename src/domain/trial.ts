import type { RankedPaper } from './digest.ts';
import { countPapersByTerm, type Idf } from './idf.ts';
import { learn, packLearned } from './learned.ts';
import type { TopicPaper } from './paper.ts';
import { randomFrom, shuffled } from './random.ts';
import { mostDiscussedRank, rankPapers } from './ranking.ts';
import { createSelector, type Selector } from './selection.ts';
import { similarityOf } from './similarity.ts';
import { type SimulatedReader, simulateFeedback, simulateReader } from './simulated-reader.ts';
import { DEFAULT_PREFERENCES } from './subscriber.ts';
import { createTermIndex, type TermIndex } from './term-index.ts';
import { termsOf } from './terms.ts';

/** Ways of choosing that are compared. */
export const RANKINGS = ['popularity', 'feedback', 'topics', 'topics_and_feedback'] as const;
export type Ranking = (typeof RANKINGS)[number];

/** How one reader fared on one day. */
export interface Trial {
  /** Papers that were chosen and that the reader likes, over those asked for. */
  precision: Record<Ranking, number>;
  /** The same for a choice that knows everything. */
  possible: number;
  /** The same for one that knows nothing: the share of the day's papers that the reader likes. */
  chance: number;
}

/** Readers who are made up one after the other; the same in every run. */
export interface Trials {
  /** Papers that a reader asks for. */
  papersEach: number;
  /** Papers of which feedback is given, and papers of the days that are chosen from. */
  past: number;
  days: number[];
  /** The `number`-th reader; null when no reader of that number likes enough of a day. */
  run(number: number): Trial | null;
}

const DAY_PAPERS = 100;
const PAPERS_EACH = 10;
/** A reader gets one paper out of so many at the most. */
const LEAST_CHOICE = 5;

/** Readers who like less of their day tell nothing. */
const FEWEST_LIKED = 2;
const MOST_TRIES = 40;

/** Any day: nothing in a trial depends on it. */
const NOW = new Date('2026-01-01T00:00:00Z');

/** Splits papers by chance: feedback is given on one half, the other is cut into days to choose from. */
export function createTrials(papers: readonly TopicPaper[]): Trials {
  const idf = idfOf(papers);
  const mixed = shuffled(papers, randomFrom(0));
  const past = mixed.slice(0, Math.floor(mixed.length / 2));
  const days = daysOf(mixed.slice(past.length), idf);
  const papersEach = Math.min(PAPERS_EACH, Math.ceil((days[0]?.papers.length ?? 0) / LEAST_CHOICE));
  return {
    papersEach,
    past: past.length,
    days: days.map((day) => day.papers.length),
    run: (number) => {
      const random = randomFrom(number + 1);
      const day = days[number % days.length];
      if (!day) return null;
      for (let tries = 0; tries < MOST_TRIES; tries += 1) {
        const reader = simulateReader(papers, idf, random);
        const liked = day.papers.filter((paper) => reader.likes(paper)).length;
        if (liked < FEWEST_LIKED || liked > day.papers.length / 2) continue;
        const said = simulateFeedback(reader, past, random);
        if (said.length > 0)
          return trial({ day, reader, papersEach, learned: learnedFrom(said, idf) });
      }
      return null;
    },
  };
}

interface Day {
  papers: RankedPaper[];
  select: Selector;
  terms: TermIndex;
}

function daysOf(papers: readonly TopicPaper[], idf: Idf): Day[] {
  const count = Math.ceil(papers.length / DAY_PAPERS);
  return Array.from({ length: count }, (_, number) => {
    const ranked = rankPapers(papers.filter((_paper, place) => place % count === number));
    const select = createSelector({
      kind: 'daily',
      papers: ranked,
      similarity: similarityOf(ranked),
      topicNames: new Map(),
      mostDiscussedRank: mostDiscussedRank(ranked),
    });
    return { papers: ranked, select, terms: createTermIndex(ranked, idf) };
  });
}

function trial({
  day,
  reader,
  papersEach,
  learned,
}: {
  day: Day;
  reader: SimulatedReader;
  papersEach: number;
  learned: string | null;
}): Trial {
  const { papers, select, terms } = day;
  const precisionOf = (ranks: readonly number[]) =>
    ranks.filter((rank) => reader.likes(papers[rank] as RankedPaper)).length / papersEach;
  const chosen = (topics: string[], taught: string | null) => {
    const chooser = { ...DEFAULT_PREFERENCES, papers: papersEach, topics, learned: taught };
    const selection = select(chooser, { seen: new Set(), keywordMatches: new Map(), terms });
    return precisionOf(selection.map(({ rank }) => rank));
  };
  const liked = papers.filter((paper) => reader.likes(paper)).length;
  return {
    precision: {
      popularity: precisionOf(papers.slice(0, papersEach).map(({ rank }) => rank)),
      feedback: chosen([], learned),
      topics: chosen(reader.topics, null),
      topics_and_feedback: chosen(reader.topics, learned),
    },
    possible: Math.min(liked, papersEach) / papersEach,
    chance: liked / papers.length,
  };
}

function learnedFrom(said: ReturnType<typeof simulateFeedback>, idf: Idf): string | null {
  const judged = said.map((each) => ({ ...each, givenAt: NOW }));
  return packLearned(learn(judged, { idf, unlearned: new Set(), now: NOW }));
}

function idfOf(papers: readonly TopicPaper[]): Idf {
  const counts = countPapersByTerm();
  for (const paper of papers) counts.add(termsOf(paper).keys());
  return counts.idf();
}
