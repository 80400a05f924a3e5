import type { Estimate } from '../../domain/evaluation/bootstrap.ts';
import type { WayDifference, WaySummary } from '../../domain/evaluation/summarise-trials.ts';
import {
  type Followed,
  KNOWN_COUNTS,
  type KnownCount,
  type Way,
} from '../../domain/evaluation/trial.ts';
import { formatCount, formatQuantity } from './format.ts';

/** What the report says about the input. */
interface EvaluationFacts {
  papers: number;
  papersWithTopic: number;
  rejectedPapers: number;
  firstProblem: string | null;
  readers: number;
  triedReaders: number;
  papersPerDay: number;
  wantedPerDay: number;
  chosenPapers: number;
  unknown: Readonly<Record<string, number>>;
  ways: readonly WaySummary[];
  differences: readonly WayDifference[];
}

/** The words of `paperboy evaluate`. */
export const EVALUATION_COPY = {
  storing: (stored: number, total: number) =>
    `${formatCount(stored)} of ${formatQuantity(total, 'paper')} stored with their topics`,
  trying: (tried: number, total: number) =>
    `${formatCount(tried)} of ${formatQuantity(total, 'reader')} tried`,
  report: (facts: EvaluationFacts): string =>
    [describeInput(facts), ...KNOWN_COUNTS.flatMap((known) => describeKnown(facts, known))].join(
      '\n',
    ),
};

function describeInput(facts: EvaluationFacts): string {
  const { papers, papersWithTopic, rejectedPapers, firstProblem, readers, triedReaders } = facts;
  const unknown = Object.entries(facts.unknown).filter(([, count]) => count > 0);
  return [
    `${formatQuantity(papers, 'paper')}, ${formatCount(papersWithTopic)} with a topic.`,
    rejectedPapers > 0 &&
      `${rejectedPapers === 1 ? '1 entry' : `${formatCount(rejectedPapers)} entries`} left out. ${firstProblem}`,
    `${formatQuantity(triedReaders, 'reader')} of ${formatCount(readers)} tried: those who like and want papers that are in the file.`,
    unknown.length > 0 &&
      `Unknown, left out: ${unknown.map(([kind, count]) => `${formatCount(count)} ${UNKNOWN_LABELS[kind] ?? kind}`).join(', ')}.`,
    `${facts.chosenPapers} papers are chosen from ${facts.papersPerDay.toFixed(0)} a day, of which the reader wants ${facts.wantedPerDay.toFixed(1)}.`,
    'In brackets: 95 % intervals over readers.',
  ]
    .filter((line) => line !== false)
    .join('\n');
}

const UNKNOWN_LABELS: Readonly<Record<string, string>> = {
  liked: 'liked ids',
  disliked: 'disliked ids',
  wanted: 'wanted ids',
  candidates: 'candidate ids',
  topics: 'topics',
};

function describeKnown(facts: EvaluationFacts, known: KnownCount): string[] {
  const ways = facts.ways.filter((each) => each.known === known);
  if (ways.length === 0) return [];
  const differences = facts.differences.filter((each) => each.known === known);
  return [
    '',
    known === 'all'
      ? 'All liked papers known'
      : `${known === 1 ? 'The newest liked paper' : `The newest ${known} liked papers`} known`,
    formatRow(['', 'readers', 'P@10', 'nDCG@10', 'AUC', 'served', 'filled']),
    ...ways.map((each) =>
      formatRow([
        describeWay(each.way, each.followed),
        formatCount(each.readers),
        formatEstimate(each.precision),
        formatEstimate(each.ndcg),
        each.auc === null ? '' : formatEstimate(each.auc),
        formatShare(each.served),
        formatShare(each.filled),
      ]),
    ),
    ...differences.map((each) =>
      formatRow([
        `${describeWay(each.way, each.followed)} − ${WAY_LABELS[each.over]}`,
        formatCount(each.readers),
        formatEstimate(each.precision),
        formatEstimate(each.ndcg),
      ]),
    ),
  ];
}

const WAY_LABELS = {
  popularity: 'popularity',
  topics: 'topics',
  feedback: 'feedback',
  likeness: 'likeness',
  both: 'both',
} satisfies Record<Way, string>;

function describeWay(way: Way, followed: Followed): string {
  if (followed === null) return WAY_LABELS[way];
  if (followed === 'own') return `${WAY_LABELS[way]}, own`;
  return `${WAY_LABELS[way]}, ${formatQuantity(followed, 'topic')}`;
}

const COLUMN_WIDTHS = [26, 8, 23, 23, 23, 7, 7];

function formatRow(cells: readonly string[]): string {
  return cells
    .map((cell, column) => cell.padEnd(COLUMN_WIDTHS[column] ?? 0))
    .join(' ')
    .trimEnd();
}

function formatEstimate({ mean, low, high }: Estimate): string {
  return `${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

function formatShare(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
