import { text } from 'node:stream/consumers';
import { Command, InvalidArgumentError } from 'commander';
import { formatCount } from '../domain/text/format.ts';
import type { Ranking } from '../domain/trial.ts';
import { evaluateRanking, type RankingEvaluation } from '../services/ranking/evaluate-ranking.ts';
import type { CommandContext } from './context.ts';
import { createJsonOption } from './options.ts';
import { createTerminalProgress, printJson, printLine } from './output.ts';

const DEFAULT_SUBSCRIBERS = 200;
const MAX_SUBSCRIBERS = 100_000;

/** `paperboy evaluate [FILE]` */
export function createEvaluateCommand(context: CommandContext): Command {
  const { io } = context;
  return new Command('evaluate')
    .description('how well topics fit papers, and how well papers are chosen for made-up readers')
    .argument(
      '[file]',
      'papers as for “papers import”, - for standard input; the stored ones if left out',
    )
    .option(
      '--readers <count>',
      'readers that are made up',
      parseSubscriberCount,
      DEFAULT_SUBSCRIBERS,
    )
    .addOption(createJsonOption())
    .action(async (file: string | undefined, options: { readers: number; json?: true }) => {
      const content =
        file === undefined ? null : await text(file === '-' ? io.stdin : io.openFile(file));
      await context.withApp(async ({ db, clock }) => {
        const progress = createTerminalProgress(io);
        const request = { text: content, readers: options.readers, now: clock() };
        const evaluation = await evaluateRanking(db, request, (done) =>
          progress.show(`${formatCount(done)} of ${formatCount(options.readers)} readers`),
        );
        await progress.clear();
        return options.json
          ? printJson(io, evaluationToJson(evaluation))
          : printLine(io, formatEvaluation(evaluation));
      });
    });
}

function parseSubscriberCount(given: string): number {
  const count = Number(given);
  if (/^\d{1,6}$/.test(given) && count >= 1 && count <= MAX_SUBSCRIBERS) return count;
  throw new InvalidArgumentError(
    `“${given}” is no number of readers: expected a whole number from 1 to ${MAX_SUBSCRIBERS}.`,
  );
}

function evaluationToJson({
  coverage,
  simulatedSubscribers: readers,
  papersPerSubscriber: papersEach,
  papersPerDay: dayPapers,
  ...rest
}: RankingEvaluation) {
  const { papers, covered, topics } = coverage;
  return {
    papers,
    with_topic: covered,
    topics_per_paper: round(computeTopicsPerPaper(coverage)),
    topics: topics.map((topic) => ({ slug: topic.slug, papers: topic.papers, first: topic.first })),
    readers,
    papers_each: papersEach,
    day_papers: dayPapers,
    precision: Object.fromEntries(
      Object.entries(rest.precision).map(([ranking, value]) => [ranking, round(value)]),
    ),
    possible: round(rest.bestPossiblePrecision),
    chance: round(rest.chancePrecision),
  };
}

const RANKING_NAMES: Readonly<Record<Ranking, string>> = {
  popularity: 'popularity alone',
  feedback: 'no topics, feedback',
  topics: 'topics, no feedback',
  topics_and_feedback: 'topics and feedback',
};

function formatEvaluation(evaluation: RankingEvaluation): string {
  const {
    coverage,
    simulatedSubscribers: readers,
    papersPerSubscriber: papersEach,
    papersPerDay: dayPapers,
    precision,
    bestPossiblePrecision: possible,
    chancePrecision: chance,
  } = evaluation;
  const { papers, covered, topics } = coverage;
  const width = Math.max(...topics.map(({ name }) => name.length), 'precision'.length) + 2;
  const formatRow = (name: string, ...cells: string[]) =>
    name.padEnd(width) + cells.map((cell) => cell.padStart(9)).join('');
  const formatShare = (value: number) => `${Math.round((100 * value) / possible)} %`;
  const rankings = (Object.keys(RANKING_NAMES) as Ranking[]).map((ranking) =>
    formatRow(
      RANKING_NAMES[ranking],
      precision[ranking].toFixed(3),
      formatShare(precision[ranking]),
    ),
  );
  const lines = [
    `${formatCount(papers)} papers, ${((100 * covered) / papers).toFixed(1)} % of them with a topic; ${computeTopicsPerPaper(coverage).toFixed(2)} topics a paper.`,
    '',
    formatRow('topic', 'papers', 'first'),
    ...topics.map(({ name, ...topic }) =>
      formatRow(name, formatCount(topic.papers), formatCount(topic.first)),
    ),
    '',
    readers === 0
      ? 'Too few papers to make up readers.'
      : `${formatCount(readers)} made-up readers, each with ${papersEach} papers out of about ${dayPapers} that they never judged:`,
  ];
  if (readers === 0) return lines.join('\n');
  return [
    ...lines,
    '',
    formatRow('chosen by', 'precision', 'of best'),
    formatRow('chance', chance.toFixed(3), formatShare(chance)),
    ...rankings,
    formatRow('who knows all', possible.toFixed(3), formatShare(possible)),
  ].join('\n');
}

function computeTopicsPerPaper({ papers, topics }: RankingEvaluation['coverage']): number {
  return topics.reduce((sum, topic) => sum + topic.papers, 0) / papers;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
