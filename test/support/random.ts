import { createSeededRandom } from '../../src/domain/seeded-random.ts';

/** Random numbers that a seed repeats, so that a run that found something can be run again. */
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
