import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { Db } from '../../db/client.ts';
import { listTopics } from '../../db/topics/topics.ts';
import type { EvaluatedReader } from '../../domain/evaluation/evaluated-reader.ts';
import { sampleDay } from '../../domain/evaluation/sample-day.ts';
import { createSeededRandom, hashText, shuffle } from '../../domain/evaluation/seeded-random.ts';
import {
  compareWays,
  summariseWays,
  type WayDifference,
  type WaySummary,
} from '../../domain/evaluation/summarise-trials.ts';
import { CHOSEN_PAPERS, type Trial } from '../../domain/evaluation/trial.ts';
import { evictOldest } from '../../domain/evict-oldest.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import type { Idf } from '../../domain/ranking/inverse-document-frequency.ts';
import { createTermStatistics } from '../ranking/term-statistics.ts';
import { runTrials } from './run-trials.ts';
import { createTrialDay, type TrialDay } from './trial-day.ts';

/** How well papers are chosen for real readers. */
export interface ReadersEvaluation {
  papers: number;
  /** Papers with at least one topic. */
  papersWithTopic: number;
  /** Readers in the file, or in the sample of it. */
  readers: number;
  /** Readers who could be tried: they like and want papers of the file. */
  triedReaders: number;
  /** Mean number of papers of a day that the reader has not judged. */
  papersPerDay: number;
  /** Mean number of those that the reader wants. */
  wantedPerDay: number;
  chosenPapers: number;
  /** Ids of readers' lists that no paper has, and slugs that no topic has. */
  unknown: { liked: number; disliked: number; wanted: number; candidates: number; topics: number };
  ways: WaySummary[];
  differences: WayDifference[];
}

interface EvaluateOptions {
  /** Papers of a day, for readers whose candidates are not given. */
  dayPapers: number;
  /** Readers drawn at random, or null for all. */
  sample: number | null;
  seed: number;
  onProgress: (tried: number, total: number) => void;
  /** Called with the trials of each reader. */
  onTrials: (trials: readonly Trial[]) => Promise<void>;
  signal: AbortSignal;
}

/**
 * Chooses papers for each reader as a mail would, in every way and with every number of known
 * papers, and compares them with what the reader wanted. The same input gives the same result.
 */
export async function evaluateReaders(
  db: Db,
  { papers, readers }: { papers: readonly TopicPaper[]; readers: readonly EvaluatedReader[] },
  options: EvaluateOptions,
): Promise<ReadersEvaluation> {
  const { seed, sample, onProgress, onTrials, signal } = options;
  const paperById = new Map(papers.map((paper) => [paper.id, paper]));
  const paperIds = [...paperById.keys()];
  const slugs = new Set((await listTopics(db)).map(({ slug }) => slug));
  const idf = await createTermStatistics({ db, clock: () => new Date(0) })();
  const drawn =
    sample === null ? readers : shuffle(readers, createSeededRandom(seed)).slice(0, sample);
  const unknown = { liked: 0, disliked: 0, wanted: 0, candidates: 0, topics: 0 };
  const openDay = createDayCache(paperById, { idf, seed });
  const trials: Trial[] = [];
  const tried = { readers: 0, dayPapers: 0, wanted: 0 };
  for (const [index, original] of drawn.entries()) {
    // An interrupt is noticed only between two readers.
    await yieldToEventLoop();
    signal.throwIfAborted();
    const reader = dropUnknown(original, { isPaper: (id) => paperById.has(id), slugs, unknown });
    if (reader.liked.length === 0 || reader.wanted.length === 0) continue;
    const dayIds = listDayIds(reader, { paperIds, ...options });
    const results = runTrials({ reader, day: openDay(dayIds), paperById, idf });
    const rated = new Set([...reader.liked, ...reader.disliked].map(({ id }) => id));
    tried.readers += 1;
    tried.dayPapers += dayIds.filter((id) => !rated.has(id)).length;
    tried.wanted += reader.wanted.filter((id) => !rated.has(id)).length;
    trials.push(...results);
    await onTrials(results);
    onProgress(index + 1, drawn.length);
  }
  return {
    papers: papers.length,
    papersWithTopic: papers.filter(({ topics }) => topics.length > 0).length,
    readers: drawn.length,
    triedReaders: tried.readers,
    papersPerDay: tried.readers === 0 ? 0 : tried.dayPapers / tried.readers,
    wantedPerDay: tried.readers === 0 ? 0 : tried.wanted / tried.readers,
    chosenPapers: CHOSEN_PAPERS,
    unknown,
    ways: summariseWays(trials, seed),
    differences: compareWays(trials, seed),
  };
}

/** The reader without ids and slugs that nothing has, which are counted. */
function dropUnknown(
  reader: EvaluatedReader,
  {
    isPaper,
    slugs,
    unknown,
  }: {
    isPaper: (id: string) => boolean;
    slugs: ReadonlySet<string>;
    unknown: ReadersEvaluation['unknown'];
  },
): EvaluatedReader {
  const keep = <Item>(
    kind: keyof ReadersEvaluation['unknown'],
    items: readonly Item[],
    isKnown: (item: Item) => boolean,
  ) => {
    const kept = items.filter(isKnown);
    unknown[kind] += items.length - kept.length;
    return kept;
  };
  return {
    ...reader,
    liked: keep('liked', reader.liked, ({ id }) => isPaper(id)),
    disliked: keep('disliked', reader.disliked, ({ id }) => isPaper(id)),
    wanted: keep('wanted', reader.wanted, isPaper),
    candidates: reader.candidates && keep('candidates', reader.candidates, isPaper),
    topics: keep('topics', reader.topics, (slug) => slugs.has(slug)),
  };
}

/** The given candidates and what is wanted, or a sample that depends on the reader's name. */
function listDayIds(
  { name, liked, disliked, wanted, candidates }: EvaluatedReader,
  { paperIds, dayPapers, seed }: { paperIds: readonly string[]; dayPapers: number; seed: number },
): string[] {
  if (candidates !== null) return [...new Set([...candidates, ...wanted])];
  const rated = new Set([...liked, ...disliked].map(({ id }) => id));
  return sampleDay(paperIds, {
    wanted,
    isExcluded: (id) => rated.has(id),
    size: dayPapers,
    seed: hashText(`${seed} ${name}`),
  });
}

/** Readers of one digest have the same day: each is opened once. */
const MAX_OPEN_DAYS = 4;

function createDayCache(
  paperById: ReadonlyMap<string, TopicPaper>,
  facts: { idf: Idf; seed: number },
): (ids: readonly string[]) => TrialDay {
  const open = new Map<string, TrialDay>();
  return (ids) => {
    const key = [...ids].sort().join('\n');
    const day =
      open.get(key) ??
      createTrialDay(
        ids.flatMap((id) => paperById.get(id) ?? []),
        facts,
      );
    open.set(key, day);
    evictOldest(open, MAX_OPEN_DAYS);
    return day;
  };
}
