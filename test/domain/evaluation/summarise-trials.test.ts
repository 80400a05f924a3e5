import { describe, expect, it } from 'vitest';
import { compareWays, summariseWays } from '../../../src/domain/evaluation/summarise-trials.ts';
import type { Trial } from '../../../src/domain/evaluation/trial.ts';

function trial(values: Partial<Trial>): Trial {
  return {
    reader: 'r1',
    known: 3,
    way: 'feedback',
    followed: null,
    precision: 0.2,
    ndcg: 0.3,
    auc: 0.6,
    chosen: 10,
    ...values,
  };
}

describe('summariseWays', () => {
  it('Each way has its means, and the shares of readers served and of places filled', () => {
    const [summary, ...others] = summariseWays(
      [trial({}), trial({ reader: 'r2', precision: 0, ndcg: 0, auc: null, chosen: 0 })],
      1,
    );
    expect(others).toEqual([]);
    expect(summary).toMatchObject({ known: 3, way: 'feedback', followed: null, readers: 2 });
    expect(summary?.precision.mean).toBeCloseTo(0.1);
    expect(summary?.auc).toEqual({ mean: 0.6, low: 0.6, high: 0.6 });
    expect(summary).toMatchObject({ served: 0.5, filled: 0.5 });
  });

  it('Numbers of known papers and of followed topics are kept apart', () => {
    const summaries = summariseWays(
      [
        trial({ known: 'all' }),
        trial({ way: 'both', followed: 5 }),
        trial({ way: 'both', followed: 1 }),
        trial({}),
      ],
      1,
    );
    expect(summaries.map(({ known, way, followed }) => [known, way, followed])).toEqual([
      [3, 'feedback', null],
      [3, 'both', 1],
      [3, 'both', 5],
      ['all', 'feedback', null],
    ]);
  });
});

describe('compareWays', () => {
  it('Differences are those of readers who were tried with both ways', () => {
    const differences = compareWays(
      [
        trial({ precision: 0.2 }),
        trial({ reader: 'r2', precision: 0.9 }),
        trial({ way: 'both', followed: 3, precision: 0.5 }),
        trial({ way: 'topics', followed: 3, precision: 0.1 }),
        trial({ way: 'topics', followed: 1, precision: 0.8 }),
      ],
      1,
    );
    expect(
      differences.map(({ way, over, followed, readers, precision }) => [
        `${way} ${followed} − ${over}`,
        readers,
        Math.round(precision.mean * 10) / 10,
      ]),
    ).toEqual([
      ['both 3 − feedback', 1, 0.3],
      ['both 3 − topics', 1, 0.4],
    ]);
  });
});
