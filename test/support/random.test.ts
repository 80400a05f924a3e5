import { describe, expect, it } from 'vitest';
import { nextKillAfter } from '../chaos/kill-schedule.ts';
import { createRandom } from './random.ts';

describe('the random numbers', () => {
  it('repeat with their seed and differ without it', () => {
    const draw = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 20 }, () => random.between(1, 1000));
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('reach both ends of their range and nothing beyond', () => {
    const random = createRandom(1);
    const drawn = new Set(Array.from({ length: 500 }, () => random.between(3, 6)));
    expect([...drawn].sort()).toEqual([3, 4, 5, 6]);
  });
});

describe('the schedule of kills', () => {
  it('has all of them happen before the readers run out', () => {
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

  it('kills at the next mail when there are more kills than readers', () => {
    expect(nextKillAfter(createRandom(1), { subscribers: 5, done: 2, killsLeft: 50 })).toBe(1);
  });
});
