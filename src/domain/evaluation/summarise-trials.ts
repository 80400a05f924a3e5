import { type Estimate, estimateMean } from './bootstrap.ts';
import {
  CHOSEN_PAPERS,
  FOLLOWED,
  type Followed,
  KNOWN_COUNTS,
  type KnownCount,
  type Trial,
  WAYS,
  type Way,
} from './trial.ts';

/** The trials of one way of choosing, over readers. */
export interface WaySummary {
  known: KnownCount;
  way: Way;
  followed: Followed;
  readers: number;
  precision: Estimate;
  ndcg: Estimate;
  /** Null when no reader's day has both wanted and other papers. */
  auc: Estimate | null;
  /** Share of the readers who get papers. */
  served: number;
  /** Share of the places that are filled. */
  filled: number;
}

/** What one way gains over another, for the same readers. */
export interface WayDifference {
  known: KnownCount;
  followed: Followed;
  way: Way;
  over: Way;
  readers: number;
  precision: Estimate;
  ndcg: Estimate;
}

/** The differences of interest: what following adds to feedback, and feedback to following, and
 *  what the rest of the selection costs or adds. */
const COMPARED: readonly (readonly [Way, Way])[] = [
  ['both', 'feedback'],
  ['both', 'topics'],
  ['both', 'likeness'],
  ['feedback', 'likeness'],
];

/** The trials by known papers, way and what is followed, in this order. Empty groups are absent. */
export function summariseWays(trials: readonly Trial[], seed: number): WaySummary[] {
  const groups = groupTrials(trials);
  return listGroups().flatMap(({ known, way, followed }) => {
    const group = groups.get(keyOf({ known, way, followed })) ?? [];
    const precision = estimateMean(
      group.map((trial) => trial.precision),
      seed,
    );
    const ndcg = estimateMean(
      group.map((trial) => trial.ndcg),
      seed,
    );
    if (precision === null || ndcg === null) return [];
    return [
      {
        known,
        way,
        followed,
        readers: group.length,
        precision,
        ndcg,
        auc: estimateMean(
          group.flatMap(({ auc }) => auc ?? []),
          seed,
        ),
        served: group.filter(({ chosen }) => chosen > 0).length / group.length,
        filled: group.reduce((sum, { chosen }) => sum + chosen, 0) / group.length / CHOSEN_PAPERS,
      },
    ];
  });
}

/** The paired differences between ways, for readers who were tried with both. */
export function compareWays(trials: readonly Trial[], seed: number): WayDifference[] {
  const groups = groupTrials(trials);
  const followedBy = (way: Way, followed: Followed) => (followsInterests(way) ? followed : null);
  return KNOWN_COUNTS.flatMap((known) =>
    COMPARED.flatMap(([way, over]) =>
      (followsInterests(way) ? FOLLOWED : [null]).flatMap((followed) => {
        const first = groups.get(keyOf({ known, way, followed })) ?? [];
        const others = new Map(
          (groups.get(keyOf({ known, way: over, followed: followedBy(over, followed) })) ?? []).map(
            (trial) => [trial.reader, trial],
          ),
        );
        const pairs = first.flatMap((trial) => {
          const other = others.get(trial.reader);
          return other ? [{ trial, other }] : [];
        });
        const differences = (value: (trial: Trial) => number) =>
          estimateMean(
            pairs.map(({ trial, other }) => value(trial) - value(other)),
            seed,
          );
        const precision = differences((trial) => trial.precision);
        const ndcg = differences((trial) => trial.ndcg);
        if (precision === null || ndcg === null) return [];
        return [{ known, followed, way, over, readers: pairs.length, precision, ndcg }];
      }),
    ),
  );
}

/** Whether a way depends on what the reader follows. */
function followsInterests(way: Way): boolean {
  return way === 'topics' || way === 'both';
}

type Group = Pick<Trial, 'known' | 'way' | 'followed'>;

function listGroups(): Group[] {
  return KNOWN_COUNTS.flatMap((known) =>
    WAYS.flatMap((way) =>
      (followsInterests(way) ? FOLLOWED : [null]).map((followed) => ({ known, way, followed })),
    ),
  );
}

function groupTrials(trials: readonly Trial[]): Map<string, Trial[]> {
  const groups = new Map<string, Trial[]>();
  for (const trial of trials) {
    const key = keyOf(trial);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(trial);
  }
  return groups;
}

function keyOf({ known, way, followed }: Group): string {
  return `${known} ${way} ${followed}`;
}
