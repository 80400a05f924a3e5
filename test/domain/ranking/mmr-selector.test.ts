import { describe, expect, it } from 'vitest';
import { createMmrSelector, NO_BUCKET } from '../../../src/domain/ranking/mmr-selector.ts';

/** A selector with items of these scores and buckets, none similar to another. */
function selectPapers(items: readonly [score: number, bucket: number][], share = 0.3) {
  const selected = createMmrSelector(items.length, 5, () => new Float32Array(items.length));
  selected.clear(share);
  for (const [place, [score, bucket]] of items.entries())
    selected.addCandidate(place, score, bucket);
  return selected;
}

describe('createMmrSelector', () => {
  it('The best candidate is selected first, and of equals the first', () => {
    const selected = selectPapers([
      [1, 1],
      [3, 2],
      [2, 3],
      [3, 4],
    ]);
    selected.selectBest(9);
    expect(selected.selected).toEqual([1, 3, 2, 0]);
  });

  it('A full bucket is skipped until the selection has grown', () => {
    const items = Array.from({ length: 12 }, (_, n): [number, number] => [
      12 - n,
      n < 6 ? 1 : 2 + (n % 3),
    ]);
    const selected = selectPapers(items);
    selected.selectBest(8);
    expect(selected.selected).toEqual([0, 1, 6, 7, 8, 9, 2, 10]);
  });

  it('A full bucket is used when no other candidate is left', () => {
    const selected = selectPapers([
      [4, 1],
      [3, 1],
      [2, 1],
      [1, 2],
    ]);
    selected.selectBest(4);
    expect(selected.selected).toEqual([0, 1, 3, 2]);
  });

  it('Candidates without a bucket count towards no cap', () => {
    const selected = selectPapers([
      [4, NO_BUCKET],
      [3, NO_BUCKET],
      [2, NO_BUCKET],
      [1, 1],
    ]);
    selected.selectBest(4);
    expect(selected.selected).toEqual([0, 1, 2, 3]);
  });

  it('A candidate selected directly counts towards its cap, and the last one can be undone', () => {
    const selected = selectPapers([
      [4, 1],
      [3, 1],
      [2, 1],
      [1, 2],
    ]);
    selected.select(2);
    selected.selectBest(2);
    expect(selected.selected).toEqual([2, 0, 3]);
    selected.undoLast();
    expect(selected.selected).toEqual([2, 0]);
  });

  it('A cleared selector selects as a new one', () => {
    const selected = selectPapers([
      [1, 1],
      [2, 1],
    ]);
    selected.selectBest(2);
    selected.clear(1);
    expect([selected.candidateCount, selected.selected, selected.isAvailable(0)]).toEqual([
      0,
      [],
      false,
    ]);
    selected.selectBest(1);
    expect(selected.selected).toEqual([]);
  });
});
