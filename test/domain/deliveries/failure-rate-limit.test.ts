import { describe, expect, it } from 'vitest';
import { createFailureRateLimit } from '../../../src/domain/deliveries/failure-rate-limit.ts';

function limiterAfter(attempts: readonly boolean[]): boolean {
  const limiter = createFailureRateLimit();
  for (const isFailure of attempts) limiter.record(isFailure);
  return limiter.isExceeded();
}

const fine = (count: number) => Array<boolean>(count).fill(false);
const failed = (count: number) => Array<boolean>(count).fill(true);

describe('The failure-rate limit', () => {
  it.each([
    ['there is no attempt yet', [], false],
    ['no attempt fails', fine(500), false],
    ['5 % of the last 200 attempts are failures', [...fine(190), ...failed(10)], false],
    ['more than 5 % of the last 200 attempts are failures', [...fine(189), ...failed(11)], true],
    ['the first eleven of 200 attempts are failures', [...failed(11), ...fine(189)], true],
    ['eleven failures are followed by 190 other attempts', [...failed(11), ...fine(190)], false],
    ['a small site has four failures in a row', failed(4), false],
    ['a small site has five failures in a row', failed(5), true],
    ['half of ten attempts are failures', [...fine(5), ...failed(5)], true],
    ['fewer than half of eleven attempts are failures', [...fine(6), ...failed(5)], false],
  ])('The limit is judged rightly when %s', (_when, attempts, isExceeded) => {
    expect(limiterAfter(attempts)).toBe(isExceeded);
  });
});
