import { describe, expect, it } from 'vitest';
import { createBounceRateLimit } from '../../../src/domain/deliveries/bounce-rate-limit.ts';

function limiterAfter(replies: readonly boolean[]): boolean {
  const limiter = createBounceRateLimit();
  for (const isHard of replies) limiter.record(isHard);
  return limiter.isExceeded();
}

const soft = (count: number) => Array<boolean>(count).fill(false);
const hard = (count: number) => Array<boolean>(count).fill(true);

describe('The brake', () => {
  it.each([
    ['nothing was said yet', [], false],
    ['all is well', soft(500), false],
    ['5 % of the last 200 are hard', [...soft(190), ...hard(10)], false],
    ['more than 5 % of the last 200 are hard', [...soft(189), ...hard(11)], true],
    ['eleven are hard, wherever they stand among 200', [...hard(11), ...soft(189)], true],
    ['the hard ones are longer ago than 200 replies', [...hard(11), ...soft(190)], false],
    ['four in a row are hard on a small site', hard(4), false],
    ['five in a row are hard on a small site', hard(5), true],
    ['half of ten are hard', [...soft(5), ...hard(5)], true],
    ['fewer than half of eleven are hard', [...soft(6), ...hard(5)], false],
  ])('when %s', (_when, replies, isOn) => {
    expect(limiterAfter(replies)).toBe(isOn);
  });
});
