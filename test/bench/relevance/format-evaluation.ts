import { formatCount } from '../../../src/copy/en/format.ts';
import type { RankingEvaluation } from './evaluate-ranking.ts';
import type { Ranking } from './ranking-trials.ts';

/** The evaluation as `--json` prints it; shares are rounded to three digits. */
export function evaluationToJson({
  coverage,
  simulatedSubscribers: readers,
  papersPerSubscriber,
  papersPerDay,
  ...rest
}: RankingEvaluation) {
  const { papers, covered, topics } = coverage;
  return {
    papers,
    with_topic: covered,
    topics_per_paper: round(computeTopicsPerPaper(coverage)),
    topics: topics.map((topic) => ({ slug: topic.slug, papers: topic.papers, first: topic.first })),
    readers,
    papers_each: papersPerSubscriber,
    day_papers: papersPerDay,
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

/** The evaluation as tables for people. */
export function formatEvaluation(evaluation: RankingEvaluation): string {
  const {
    coverage,
    simulatedSubscribers: readers,
    papersPerSubscriber,
    papersPerDay,
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
      ? 'Too few papers to simulate readers.'
      : `${formatCount(readers)} simulated readers, each with ${papersPerSubscriber} papers out of about ${papersPerDay} they gave no feedback on:`,
  ];
  if (readers === 0) return lines.join('\n');
  return [
    ...lines,
    '',
    formatRow('chosen by', 'precision', 'of best'),
    formatRow('chance', chance.toFixed(3), formatShare(chance)),
    ...rankings,
    formatRow('best possible', possible.toFixed(3), formatShare(possible)),
  ].join('\n');
}

function computeTopicsPerPaper({ papers, topics }: RankingEvaluation['coverage']): number {
  return topics.reduce((sum, topic) => sum + topic.papers, 0) / papers;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
