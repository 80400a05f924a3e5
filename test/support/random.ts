import { createSeededRandom } from '../../src/domain/evaluation/seeded-random.ts';

export { createSeededRandom, shuffle } from '../../src/domain/evaluation/seeded-random.ts';

/** Random choices that a seed repeats, so that a failed run can be repeated. */
export interface Random {
  /** 0 up to 1. */
  next(): number;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<Value>(values: readonly Value[]): Value;
}

/** @param seed any whole number */
export function createRandom(seed: number): Random {
  const next = createSeededRandom(seed);
  return {
    next,
    between: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick: (values) => {
      const value = values[Math.floor(next() * values.length)];
      if (value === undefined) throw new RangeError('There is nothing to pick from.');
      return value;
    },
  };
}
