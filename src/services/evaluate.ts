import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Db } from '../db/client.ts';
import { listPapers } from '../db/paper-lists.ts';
import { listTopics, matchTopicsOfTexts } from '../db/topics.ts';
import { PaperboyError } from '../domain/errors.ts';
import { asPaper } from '../domain/merge-paper.ts';
import type { Paper, TopicPaper } from '../domain/paper.ts';
import { dayOf } from '../domain/schedule.ts';
import { coverTopics, type TopicCoverage } from '../domain/topic-coverage.ts';
import { chooseTopics } from '../domain/topics.ts';
import { createTrials, RANKINGS, type Ranking, type Trial } from '../domain/trial.ts';
import { readWholeFile } from './support/paper-file.ts';

/** How well papers are chosen. All precisions are means over the readers, 0 to 1. */
export interface Evaluation {
  coverage: TopicCoverage;
  /** Readers who could be made up: they like some of a day, not all. */
  readers: number;
  /** Papers that each asked for, out of about so many a day. */
  papersEach: number;
  dayPapers: number;
  precision: Record<Ranking, number>;
  /** Of a choice that knows everything, and of one that knows nothing. */
  possible: number;
  chance: number;
}

/** Papers that are looked at, the newest. */
const MOST_PAPERS = 10_000;

/** Papers whose topics are looked up by one statement. */
const BATCH_PAPERS = 500;

/**
 * Tries topics and ranking on the papers of a file, or on the stored ones when `text` is null. Stores nothing;
 * the same papers give the same answer. `onReader` is told after each reader.
 * @throws PaperboyError `NO_PAPERS`, or as reading the file does.
 */
export async function evaluate(
  db: Db,
  { text, readers, now }: { text: string | null; readers: number; now: Date },
  onReader: (done: number) => void = () => undefined,
): Promise<Evaluation> {
  const papers = text === null ? await storedPapers(db) : await papersOf(db, text, now);
  if (papers.length === 0)
    throw new PaperboyError(
      'NO_PAPERS',
      'No papers are stored: name a file of papers, or store some with “paperboy seed”.',
    );
  const coverage = coverTopics(papers, await listTopics(db));
  const { papersEach, days, run } = createTrials(papers);
  const trials: Trial[] = [];
  for (let number = 0; number < readers; number += 1) {
    await nextTurn();
    const trial = run(number);
    if (trial !== null) trials.push(trial);
    onReader(number + 1);
  }
  const precision = (ranking: Ranking) => mean(trials.map((trial) => trial.precision[ranking]));
  return {
    coverage,
    readers: trials.length,
    papersEach,
    dayPapers: Math.round(mean(days)),
    precision: Object.fromEntries(RANKINGS.map((each) => [each, precision(each)])) as Record<
      Ranking,
      number
    >,
    possible: mean(trials.map(({ possible }) => possible)),
    chance: mean(trials.map(({ chance }) => chance)),
  };
}

function storedPapers(db: Db): Promise<TopicPaper[]> {
  return listPapers(db, {}, { order: 'newest', limit: MOST_PAPERS, offset: 0 });
}

async function papersOf(db: Db, text: string, now: Date): Promise<TopicPaper[]> {
  const { papers } = readWholeFile(text, { source: 'file', today: dayOf(now) });
  const newest = papers.slice(-MOST_PAPERS).map(asPaper);
  const withTopics: TopicPaper[] = [];
  for (let start = 0; start < newest.length; start += BATCH_PAPERS) {
    withTopics.push(...(await giveTopics(db, newest.slice(start, start + BATCH_PAPERS))));
  }
  return withTopics;
}

async function giveTopics(db: Db, papers: readonly Paper[]): Promise<TopicPaper[]> {
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
