import { text } from 'node:stream/consumers';
import { Command, InvalidArgumentError } from 'commander';
import { formatCount } from '../domain/describe.ts';
import type { Ranking } from '../domain/trial.ts';
import { type Evaluation, evaluate } from '../services/evaluate.ts';
import type { CommandContext } from './context.ts';
import { jsonOption } from './options.ts';
import { progressOn, say, sayJson } from './output.ts';

const READERS = 200;
const MOST_READERS = 100_000;

/** `paperboy evaluate [FILE]` */
export function evaluateCommand(context: CommandContext): Command {
  const { io } = context;
  return new Command('evaluate')
    .description('how well topics fit papers, and how well papers are chosen for made-up readers')
    .argument(
      '[file]',
      'papers as for “papers import”, - for standard input; the stored ones if left out',
    )
    .option('--readers <count>', 'readers that are made up', readerCount, READERS)
    .addOption(jsonOption())
    .action(async (file: string | undefined, options: { readers: number; json?: true }) => {
      const content =
        file === undefined ? null : await text(file === '-' ? io.stdin : io.openFile(file));
      await context.withParts(async ({ db, clock }) => {
        const progress = progressOn(io);
        const asked = { text: content, readers: options.readers, now: clock() };
        const evaluation = await evaluate(db, asked, (done) =>
          progress.show(`${formatCount(done)} of ${formatCount(options.readers)} readers`),
        );
        await progress.end();
        return options.json ? sayJson(io, wire(evaluation)) : say(io, tableOf(evaluation));
      });
    });
}

function readerCount(given: string): number {
  const count = Number(given);
  if (/^\d{1,6}$/.test(given) && count >= 1 && count <= MOST_READERS) return count;
  throw new InvalidArgumentError(
    `“${given}” is no number of readers: expected a whole number from 1 to ${MOST_READERS}.`,
  );
}

function wire({ coverage, readers, papersEach, dayPapers, ...rest }: Evaluation) {
  const { papers, covered, topics } = coverage;
  return {
    papers,
    with_topic: covered,
    topics_per_paper: round(topicsPerPaper(coverage)),
    topics: topics.map((topic) => ({ slug: topic.slug, papers: topic.papers, first: topic.first })),
    readers,
    papers_each: papersEach,
    day_papers: dayPapers,
    precision: Object.fromEntries(
      Object.entries(rest.precision).map(([ranking, value]) => [ranking, round(value)]),
    ),
    possible: round(rest.possible),
    chance: round(rest.chance),
  };
}

const RANKING_NAMES: Readonly<Record<Ranking, string>> = {
  popularity: 'popularity alone',
  feedback: 'no topics, feedback',
  topics: 'topics, no feedback',
  topics_and_feedback: 'topics and feedback',
};

function tableOf(evaluation: Evaluation): string {
  const { coverage, readers, papersEach, dayPapers, precision, possible, chance } = evaluation;
  const { papers, covered, topics } = coverage;
  const width = Math.max(...topics.map(({ name }) => name.length), 'precision'.length) + 2;
  const line = (name: string, ...cells: string[]) =>
    name.padEnd(width) + cells.map((cell) => cell.padStart(9)).join('');
  const share = (value: number) => `${Math.round((100 * value) / possible)} %`;
  const rankings = (Object.keys(RANKING_NAMES) as Ranking[]).map((ranking) =>
    line(RANKING_NAMES[ranking], precision[ranking].toFixed(3), share(precision[ranking])),
  );
  const lines = [
    `${formatCount(papers)} papers, ${((100 * covered) / papers).toFixed(1)} % of them with a topic; ${topicsPerPaper(coverage).toFixed(2)} topics a paper.`,
    '',
    line('topic', 'papers', 'first'),
    ...topics.map(({ name, ...topic }) =>
      line(name, formatCount(topic.papers), formatCount(topic.first)),
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
    line('chosen by', 'precision', 'of best'),
    line('chance', chance.toFixed(3), share(chance)),
    ...rankings,
    line('who knows all', possible.toFixed(3), share(possible)),
  ].join('\n');
}

function topicsPerPaper({ papers, topics }: Evaluation['coverage']): number {
  return topics.reduce((sum, topic) => sum + topic.papers, 0) / papers;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
