import { describe, expect, it } from 'vitest';
import { createChoice, NO_SHELF } from '../../src/domain/choice.ts';

/** A choice among items of these scores and shelves, none like another. */
function choiceOf(items: readonly [score: number, shelf: number][], share = 0.3) {
  const choice = createChoice(items.length, 5, () => new Float32Array(items.length));
  choice.clear(share);
  for (const [place, [score, shelf]] of items.entries()) choice.offer(place, score, shelf);
  return choice;
}

describe('a choice', () => {
  it('takes the best first, of equals the first', () => {
    const choice = choiceOf([
      [1, 1],
      [3, 2],
      [2, 3],
      [3, 4],
    ]);
    choice.takeBest(9);
    expect(choice.taken).toEqual([1, 3, 2, 0]);
  });

  it('passes a full shelf over, and comes back to it as the share grows', () => {
    const items = Array.from({ length: 12 }, (_, n): [number, number] => [
      12 - n,
      n < 6 ? 1 : 2 + (n % 3),
    ]);
    const choice = choiceOf(items);
    choice.takeBest(8);
    expect(choice.taken).toEqual([0, 1, 6, 7, 8, 9, 2, 10]);
  });

  it('takes from a full shelf when nothing else is left', () => {
    const choice = choiceOf([
      [4, 1],
      [3, 1],
      [2, 1],
      [1, 2],
    ]);
    choice.takeBest(4);
    expect(choice.taken).toEqual([0, 1, 3, 2]);
  });

  it('does not count what stands on no shelf', () => {
    const choice = choiceOf([
      [4, NO_SHELF],
      [3, NO_SHELF],
      [2, NO_SHELF],
      [1, 1],
    ]);
    choice.takeBest(4);
    expect(choice.taken).toEqual([0, 1, 2, 3]);
  });

  it('counts what was taken out of turn, and gives the last one back', () => {
    const choice = choiceOf([
      [4, 1],
      [3, 1],
      [2, 1],
      [1, 2],
    ]);
    choice.take(2);
    choice.takeBest(2);
    expect(choice.taken).toEqual([2, 0, 3]);
    choice.giveBackLast();
    expect(choice.taken).toEqual([2, 0]);
  });

  it('begins anew when it is cleared', () => {
    const choice = choiceOf([
      [1, 1],
      [2, 1],
    ]);
    choice.takeBest(2);
    choice.clear(1);
    expect([choice.offered, choice.taken, choice.isOpen(0)]).toEqual([0, [], false]);
    choice.takeBest(1);
    expect(choice.taken).toEqual([]);
  });
});
