import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Db } from '../../db/client.ts';
import { listPapers } from '../../db/papers/paper-lists.ts';
import { listTopics, matchTopicsOfTexts } from '../../db/topics/topics.ts';
import { PaperboyError } from '../../domain/errors.ts';
import { toPaper } from '../../domain/papers/merge-paper.ts';
import type { Paper, TopicPaper } from '../../domain/papers/paper.ts';
import { toUtcDay } from '../../domain/time/schedule.ts';
import { chooseTopics } from '../../domain/topics/topic.ts';
import { computeTopicCoverage, type TopicCoverage } from '../../domain/topics/topic-coverage.ts';
import {
  createRankingTrials,
  RANKINGS,
  type Ranking,
  type RankingTrial,
} from '../../domain/trial.ts';
import { readWholeFile } from '../papers/read-whole-file.ts';

/** How well papers are chosen. All precisions are means over the readers, 0 to 1. */
export interface RankingEvaluation {
  coverage: TopicCoverage;
  /** Readers who could be made up: they like some of a day, not all. */
  simulatedSubscribers: number;
  /** Papers that each asked for, out of about so many a day. */
  papersPerSubscriber: number;
  papersPerDay: number;
  precision: Record<Ranking, number>;
  /** Of a choice that knows everything, and of one that knows nothing. */
  bestPossiblePrecision: number;
  chancePrecision: number;
}

/** Papers that are looked at, the newest. */
const MAX_EVALUATED_PAPERS = 10_000;

/** Papers whose topics are looked up by one statement. */
const BATCH_PAPERS = 500;

/**
 * Tries topics and ranking on the papers of a file, or on the stored ones when `text` is null. Stores nothing;
 * the same papers give the same answer. `onReader` is told after each reader.
 * @throws PaperboyError `NO_PAPERS`, or as reading the file does.
 */
export async function evaluateRanking(
  db: Db,
  { text, readers: simulatedSubscribers, now }: { text: string | null; readers: number; now: Date },
  onSubscriber: (done: number) => void = () => undefined,
): Promise<RankingEvaluation> {
  const papers = text === null ? await listStoredPapers(db) : await readFilePapers(db, text, now);
  if (papers.length === 0)
    throw new PaperboyError(
      'NO_PAPERS',
      'No papers are stored: name a file of papers, or store some with “paperboy seed”.',
    );
  const coverage = computeTopicCoverage(papers, await listTopics(db));
  const { papersEach: papersPerSubscriber, days, run } = createRankingTrials(papers);
  const trials: RankingTrial[] = [];
  for (let number = 0; number < simulatedSubscribers; number += 1) {
    await nextTurn();
    const trial = run(number);
    if (trial !== null) trials.push(trial);
    onSubscriber(number + 1);
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

function listStoredPapers(db: Db): Promise<TopicPaper[]> {
  return listPapers(db, {}, { order: 'newest', limit: MAX_EVALUATED_PAPERS, offset: 0 });
}

async function readFilePapers(db: Db, text: string, now: Date): Promise<TopicPaper[]> {
  const { papers } = readWholeFile(text, { source: 'file', today: toUtcDay(now) });
  const newest = papers.slice(-MAX_EVALUATED_PAPERS).map(toPaper);
  const withTopics: TopicPaper[] = [];
  for (let start = 0; start < newest.length; start += BATCH_PAPERS) {
    withTopics.push(...(await assignMatchingTopics(db, newest.slice(start, start + BATCH_PAPERS))));
  }
  return withTopics;
}

async function assignMatchingTopics(db: Db, papers: readonly Paper[]): Promise<TopicPaper[]> {
  const matches = await matchTopicsOfTexts(db, papers);
  return papers.map((paper) => ({
    ...paper,
    topics: chooseTopics(
      matches
        .filter(({ paperId }) => paperId === paper.id)
        .map(({ slug, score }) => ({ slug, score })),
    ),
  }));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
