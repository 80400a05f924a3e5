import { describe, expect, it } from 'vitest';
import { nextKillAfter } from '../chaos/kill-schedule.ts';
import { createRandom } from './random.ts';

describe('createRandom', () => {
  it('Random numbers repeat with the same seed and differ with another', () => {
    const draw = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 20 }, () => random.between(1, 1000));
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('Random numbers reach both ends of their range and nothing beyond', () => {
    const random = createRandom(1);
    const drawn = new Set(Array.from({ length: 500 }, () => random.between(3, 6)));
    expect([...drawn].sort()).toEqual([3, 4, 5, 6]);
  });
});

describe('nextKillAfter', () => {
  it('All kills happen before the last subscribers', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const random = createRandom(seed);
      let done = 0;
      for (let killsLeft = 500; killsLeft > 0; killsLeft -= 1) {
        done += nextKillAfter(random, { subscribers: 20_000, done, killsLeft });
      }
      expect(done).toBeGreaterThan(10_000);
      expect(done).toBeLessThanOrEqual(18_000);
    }
  });

  it('A kill comes at the next mail when there are more kills than subscribers', () => {
    expect(nextKillAfter(createRandom(1), { subscribers: 5, done: 2, killsLeft: 50 })).toBe(1);
  });
});
