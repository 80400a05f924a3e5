import { Readable } from 'node:stream';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type EvaluatedReader,
  parseReader,
} from '../../../src/domain/evaluation/evaluated-reader.ts';
import type { Trial } from '../../../src/domain/evaluation/trial.ts';
import type { TopicPaper } from '../../../src/domain/papers/paper.ts';
import { evaluateReaders } from '../../../src/services/evaluation/evaluate-readers.ts';
import { storeEvaluatedPapers } from '../../../src/services/evaluation/store-evaluated-papers.ts';
import { useDatabase } from '../../support/database.ts';

const database = useDatabase();

/** Sixty papers: every third is about glaciers, robots or opera, which share no words. */
const SUBJECTS = [
  'glacier ice moraine meltwater crevasse',
  'robot gripper grasping manipulation humanoid',
  'opera soprano libretto aria conductor',
];
const papersFile = Array.from({ length: 60 }, (_, n) => {
  const words = (SUBJECTS[n % 3] ?? '').split(' ');
  const shifted = [...words.slice(n % 5), ...words.slice(0, n % 5)];
  return JSON.stringify({ id: `p${n}`, title: shifted.join(' '), abstract: `Number ${n}.` });
}).join('\n');

let papers: TopicPaper[];
beforeAll(async () => {
  const stored = await storeEvaluatedPapers(database.db, Readable.from([Buffer.from(papersFile)]), {
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  papers = stored.papers;
});

async function evaluate(
  readers: EvaluatedReader[],
  options: { dayPapers?: number; sample?: number; seed?: number } = {},
) {
  const trials: Trial[] = [];
  const evaluation = await evaluateReaders(
    database.db,
    { papers, readers },
    {
      dayPapers: 40,
      sample: null,
      seed: 1,
      onProgress: () => undefined,
      signal: new AbortController().signal,
      ...options,
      onTrials: async (each) => void trials.push(...each),
    },
  );
  const find = (expected: Partial<Trial>) =>
    trials.filter((trial) =>
      Object.entries(expected).every(([name, value]) => trial[name as keyof Trial] === value),
    );
  return { evaluation, trials, find };
}

/** Ids of a subject's papers, from the `from`-th on. */
const idsOf = (subject: number, from: number, count: number) =>
  Array.from({ length: count }, (_, n) => `p${3 * (from + n) + subject}`);

const glaciologist = (changes: object = {}) =>
  parseReader({
    reader: 'g',
    liked: idsOf(0, 0, 10).map((id, n) => ({ id, on: `2026-05-${10 + n}` })),
    wanted: idsOf(0, 10, 10),
    ...changes,
  });

describe('evaluateReaders', () => {
  it('Feedback finds the papers of a reader whose subject has its own words', async () => {
    const { find } = await evaluate([glaciologist()]);
    expect(find({ way: 'likeness', known: 10 })).toMatchObject([{ precision: 1, ndcg: 1, auc: 1 }]);
    expect(find({ way: 'feedback', known: 10 })).toMatchObject([{ precision: 1, auc: 1 }]);
    const [popularity] = find({ way: 'popularity', known: 10 });
    expect(popularity?.precision).toBeLessThan(0.8);
  });

  it('The newest liked papers are the known ones, and readers without enough are not tried', async () => {
    const turncoat = glaciologist({
      liked: [
        ...idsOf(1, 0, 3).map((id) => ({ id, on: '2026-05-01' })),
        { id: 'p0', on: '2026-05-02' },
      ],
      candidates: [...idsOf(0, 10, 10), ...idsOf(1, 10, 10)],
    });
    const { find } = await evaluate([turncoat]);
    expect(find({ way: 'likeness', known: 1 })).toMatchObject([{ precision: 1 }]);
    expect(find({ way: 'likeness', known: 3 })).toHaveLength(1);
    expect(find({ way: 'likeness', known: 5 })).toEqual([]);
    expect(find({ way: 'likeness', known: 'all' })).toHaveLength(1);
  });

  it('Papers that the reader judged are never chosen, though candidates may contain them', async () => {
    const candidates = papers.map(({ id }) => id);
    const { find, evaluation } = await evaluate([
      glaciologist({ candidates, disliked: idsOf(1, 0, 2) }),
    ]);
    for (const way of ['feedback', 'likeness'] as const)
      expect(find({ way, known: 10 })).toMatchObject([{ precision: 1, chosen: 10 }]);
    expect(evaluation.papersPerDay).toBe(48);
  });

  it('Disliked papers are learned from', async () => {
    const reader = { candidates: [...idsOf(1, 5, 9), ...idsOf(2, 5, 9)], wanted: idsOf(1, 5, 9) };
    const { find } = await evaluate([glaciologist({ ...reader, disliked: idsOf(2, 0, 3) })]);
    expect(find({ way: 'likeness', known: 10 })).toMatchObject([{ auc: 1 }]);
  });

  it('A reader without topics is also tried with the frequent topics of the liked papers', async () => {
    const robots = {
      liked: idsOf(1, 0, 6),
      wanted: idsOf(1, 10, 10),
      candidates: [...idsOf(0, 10, 10), ...idsOf(2, 10, 10)],
    };
    const { find } = await evaluate([
      glaciologist(robots),
      glaciologist({ ...robots, reader: 'own', topics: ['robotics'] }),
      glaciologist({ ...robots, reader: 'keyword', keywords: ['soprano'] }),
    ]);
    const followed = (reader: string) =>
      find({ way: 'both', known: 5, reader }).map((trial) => trial.followed);
    expect(followed('g')).toEqual([1, 3, 5]);
    expect(followed('own')).toEqual(['own']);
    expect(followed('keyword')).toEqual(['own', 1, 3, 5]);
    expect(find({ way: 'topics', reader: 'own', known: 1 })).toMatchObject([{ precision: 1 }]);
    expect(find({ way: 'topics', reader: 'keyword', followed: 'own', known: 1 })).toMatchObject([
      { precision: 0 },
    ]);
  });

  it('Unknown ids and topics are counted, and readers who are left with nothing are not tried', async () => {
    const { evaluation, trials } = await evaluate([
      glaciologist({ liked: ['p0', 'gone', 'lost'], topics: ['phrenology'], candidates: ['who'] }),
      glaciologist({ reader: 'stranger', liked: ['nowhere'] }),
      glaciologist({ reader: 'content', wanted: [] }),
    ]);
    expect(evaluation).toMatchObject({
      readers: 3,
      triedReaders: 1,
      unknown: { liked: 3, disliked: 0, wanted: 0, candidates: 1, topics: 1 },
    });
    expect(new Set(trials.map(({ reader }) => reader))).toEqual(new Set(['g']));
  });

  it('The same input gives the same result, and the order of the readers does not matter', async () => {
    const readers = [glaciologist(), glaciologist({ reader: 'h' }), glaciologist({ reader: 'i' })];
    const first = await evaluate(readers, { sample: 2 });
    expect(await evaluate(readers, { sample: 2 })).toMatchObject({
      evaluation: first.evaluation,
      trials: first.trials,
    });
    expect(first.evaluation.triedReaders).toBe(2);
    const all = await evaluate([...readers].reverse());
    expect(all.find({ reader: 'g' })).toEqual((await evaluate([glaciologist()])).trials);
  });

  it('A day has the wanted papers and as many others as asked for', async () => {
    const { evaluation } = await evaluate([glaciologist()], { dayPapers: 25 });
    expect(evaluation).toMatchObject({ papersPerDay: 25, wantedPerDay: 10 });
  });

  it('An interrupt stops it between two readers', async () => {
    const controller = new AbortController();
    const running = evaluateReaders(
      database.db,
      { papers, readers: [glaciologist(), glaciologist({ reader: 'h' })] },
      {
        dayPapers: 40,
        sample: null,
        seed: 1,
        onProgress: () => controller.abort(),
        onTrials: async () => undefined,
        signal: controller.signal,
      },
    );
    await expect(running).rejects.toThrow();
  });
});
