import { describe, expect, it } from 'vitest';
import { createBounceRateLimit } from '../../../src/domain/deliveries/bounce-rate-limit.ts';

function limiterAfter(replies: readonly boolean[]): boolean {
  const limiter = createBounceRateLimit();
  for (const isHard of replies) limiter.record(isHard);
  return limiter.isExceeded();
}

const soft = (count: number) => Array<boolean>(count).fill(false);
const hard = (count: number) => Array<boolean>(count).fill(true);

describe('The bounce-rate limit', () => {
  it.each([
    ['there is no reply yet', [], false],
    ['every mail is accepted', soft(500), false],
    ['5 % of the last 200 replies are hard bounces', [...soft(190), ...hard(10)], false],
    ['more than 5 % of the last 200 replies are hard bounces', [...soft(189), ...hard(11)], true],
    ['the first eleven of 200 replies are hard bounces', [...hard(11), ...soft(189)], true],
    ['eleven hard bounces are followed by 190 other replies', [...hard(11), ...soft(190)], false],
    ['a small site has four hard bounces in a row', hard(4), false],
    ['a small site has five hard bounces in a row', hard(5), true],
    ['half of ten replies are hard bounces', [...soft(5), ...hard(5)], true],
    ['fewer than half of eleven replies are hard bounces', [...soft(6), ...hard(5)], false],
  ])('The limit is judged rightly when %s', (_when, replies, isExceeded) => {
    expect(limiterAfter(replies)).toBe(isExceeded);
  });
});
