import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { CommandIo } from '../control/io.ts';
import { EVALUATION_COPY } from '../copy/en/evaluation.ts';
import { MAX_DAY_PAPERS } from '../domain/evaluation/evaluated-reader.ts';
import type { Trial } from '../domain/evaluation/trial.ts';
import {
  evaluateReaders,
  type ReadersEvaluation,
} from '../services/evaluation/evaluate-readers.ts';
import { readReaders } from '../services/evaluation/read-readers.ts';
import {
  type EvaluatedPapers,
  storeEvaluatedPapers,
} from '../services/evaluation/store-evaluated-papers.ts';
import { readTopicSet, TOPIC_SETS, withTemporaryDatabase } from '../wiring/database.ts';
import type { CommandContext } from './context.ts';
import { createJsonOption } from './options.ts';
import { createTerminalProgress, printJson } from './output.ts';

interface EvaluateArguments {
  readers: string;
  topics: string;
  candidates: number;
  sample?: number;
  seed: number;
  json?: true;
  trials?: true;
}

const HELP = `
Each line of the readers' file is one reader, whose later choices are known:
  {"reader": "r1", "liked": [{"id": "2605.01234", "on": "2026-05-08"}], "disliked": [], "topics": [],
   "keywords": [], "wanted": ["2605.04321"], "candidates": ["2605.04321", "2605.05432"]}
Required are reader, liked and wanted. Without candidates, a day has the wanted papers and a random
sample of others, always the same for a reader's name. docs/relevance.md explains the figures.
Nothing is read from or stored in this installation.`;

/** `paperboy evaluate` */
export function createEvaluateCommand({ io }: CommandContext): Command {
  return new Command('evaluate')
    .argument('<papers>', 'JSON array, JSON lines or CSV of papers; abstracts may be missing')
    .requiredOption('--readers <file>', 'JSON lines of readers; - for standard input')
    .option('--topics <set>', 'ml (machine learning), arxiv (all of arXiv), or a JSON file', 'ml')
    .addOption(
      createCountOption('--candidates <n>', 'papers of a sampled day', {
        min: 2,
        max: MAX_DAY_PAPERS,
      }).default(200),
    )
    .addOption(
      createCountOption('--sample <n>', 'try only so many readers, drawn at random', {
        min: 1,
        max: 1_000_000,
      }),
    )
    .addOption(
      createCountOption('--seed <n>', 'repeats or changes what is drawn at random', {
        min: 0,
        max: 1_000_000,
      }).default(1),
    )
    .addOption(createJsonOption())
    .addOption(
      new Option('--trials', 'print each trial as one line of JSON instead of a summary').conflicts(
        'json',
      ),
    )
    .addHelpText('after', HELP)
    .action((papers: string, options: EvaluateArguments) => evaluate(io, papers, options));
}

async function evaluate(
  io: CommandIo,
  papersFile: string,
  options: EvaluateArguments,
): Promise<void> {
  const open = (file: string): Readable => (file === '-' ? io.stdin : io.openFile(file));
  const progress = createTerminalProgress(io);
  // First what is quick to read: a mistake in it should not be found after minutes.
  const readers = await readReaders(open(options.readers));
  const topics = await readTopics(io, options.topics);
  await withTemporaryDatabase(topics, async ({ db }) => {
    const stored = await storeEvaluatedPapers(db, open(papersFile), {
      onProgress: (count, total) => progress.show(EVALUATION_COPY.storing(count, total)),
      signal: io.signal,
    });
    const evaluation = await evaluateReaders(
      db,
      { papers: stored.papers, readers },
      {
        dayPapers: options.candidates,
        sample: options.sample ?? null,
        seed: options.seed,
        onProgress: (tried, total) => progress.show(EVALUATION_COPY.trying(tried, total)),
        onTrials: async (trials) => {
          if (options.trials) for (const trial of trials) await printJson(io, trialToJson(trial));
        },
        signal: io.signal,
      },
    );
    await progress.clear();
    if (options.trials) return;
    if (options.json) return printJson(io, evaluationToJson(stored, evaluation));
    const { rejected: rejectedPapers, firstProblem } = stored;
    await io.stdout.write(
      `${EVALUATION_COPY.report({ ...evaluation, rejectedPapers, firstProblem })}\n`,
    );
  });
}

function readTopics(io: CommandIo, set: string): Promise<string> {
  const name = TOPIC_SETS.find((each) => each === set);
  return name === undefined ? text(io.openFile(set)) : readTopicSet(name);
}

function createCountOption(
  flags: string,
  description: string,
  { min, max }: { min: number; max: number },
): Option {
  return new Option(flags, description).argParser((value) => {
    const count = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (count >= min && count <= max) return count;
    throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}.`);
  });
}

function trialToJson({ precision, ndcg, ...trial }: Trial) {
  return { ...trial, precision_at_10: precision, ndcg_at_10: ndcg };
}

function evaluationToJson(
  { rejected, firstProblem }: EvaluatedPapers,
  evaluation: ReadersEvaluation,
) {
  return {
    papers: evaluation.papers,
    papers_with_topic: evaluation.papersWithTopic,
    papers_rejected: rejected,
    first_problem: firstProblem,
    readers: evaluation.readers,
    readers_tried: evaluation.triedReaders,
    papers_per_day: evaluation.papersPerDay,
    wanted_per_day: evaluation.wantedPerDay,
    chosen_papers: evaluation.chosenPapers,
    unknown: evaluation.unknown,
    ways: evaluation.ways.map(({ precision, ndcg, auc, served, filled, ...group }) => ({
      ...group,
      precision_at_10: precision,
      ndcg_at_10: ndcg,
      auc,
      coverage: { readers: served, places: filled },
    })),
    differences: evaluation.differences.map(({ precision, ndcg, ...group }) => ({
      ...group,
      precision_at_10: precision,
      ndcg_at_10: ndcg,
    })),
  };
}
