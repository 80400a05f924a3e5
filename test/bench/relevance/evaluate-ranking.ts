import type { Db } from '../../../src/db/client.ts';
import { listPapers } from '../../../src/db/papers/paper-lists.ts';
import { listTopics } from '../../../src/db/topics/topics.ts';
import type { TopicPaper } from '../../../src/domain/papers/paper.ts';
import { toUtcDay } from '../../../src/domain/time/schedule.ts';
import { readWholeFile } from '../../../src/services/papers/read-whole-file.ts';
import { storePapers } from '../../../src/services/papers/store-papers.ts';
import {
  createRankingTrials,
  RANKINGS,
  type Ranking,
  type RankingTrial,
} from './ranking-trials.ts';
import { computeTopicCoverage, type TopicCoverage } from './topic-coverage.ts';

/**
 * How well topics fit the papers, and how well papers are chosen. Each precision is the mean over
 * the simulated subscribers, 0 to 1.
 */
export interface RankingEvaluation {
  coverage: TopicCoverage;
  /** Fewer than asked for when the papers suit too few interests: a simulated subscriber likes some
   *  papers of a day, but not all. */
  simulatedSubscribers: number;
  /** Papers chosen for each, out of about `papersPerDay`. */
  papersPerSubscriber: number;
  papersPerDay: number;
  precision: Record<Ranking, number>;
  /** Precision of a perfect choice, and of a random one. */
  bestPossiblePrecision: number;
  chancePrecision: number;
}

/** Only the newest papers are evaluated. */
const MAX_EVALUATED_PAPERS = 10_000;

/** The papers that the database holds, the newest first. */
export function readStoredPapers(db: Db): Promise<TopicPaper[]> {
  return listPapers(db, {}, { order: 'newest', limit: MAX_EVALUATED_PAPERS, offset: 0 });
}

/**
 * The papers of a file with their topics, in the file's order. Stores them in `db`, whose full-text
 * search finds the topics.
 * @throws PaperboyError `INVALID_FILE` or `INVALID_PAPER`, each naming the place.
 */
export async function storePapersOfFile(db: Db, text: string, now: Date): Promise<TopicPaper[]> {
  const { papers } = readWholeFile(text, { source: 'file', today: toUtcDay(now) });
  await db.transaction((tx) => storePapers(tx, papers, now));
  const stored = await listPapers(db, {}, { order: 'newest', limit: papers.length, offset: 0 });
  const byId = new Map(stored.map((paper) => [paper.id, paper]));
  return papers.flatMap(({ id }) => byId.get(id) ?? []).slice(-MAX_EVALUATED_PAPERS);
}

/** Evaluates topics and ranking on these papers; the same papers give the same answer. */
export async function evaluateRanking(
  db: Db,
  papers: readonly TopicPaper[],
  subscribers: number,
): Promise<RankingEvaluation> {
  const coverage = computeTopicCoverage(papers, await listTopics(db));
  const { papersPerSubscriber, days, run } = createRankingTrials(papers);
  const trials: RankingTrial[] = [];
  for (let number = 0; number < subscribers; number += 1) {
    const trial = run(number);
    if (trial !== null) trials.push(trial);
  }
  const precision = (ranking: Ranking) => mean(trials.map((trial) => trial.precision[ranking]));
  return {
    coverage,
    simulatedSubscribers: trials.length,
    papersPerSubscriber,
    papersPerDay: Math.round(mean(days)),
    precision: Object.fromEntries(RANKINGS.map((each) => [each, precision(each)])) as Record<
      Ranking,
      number
    >,
    bestPossiblePrecision: mean(trials.map(({ possible }) => possible)),
    chancePrecision: mean(trials.map(({ chance }) => chance)),
  };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
