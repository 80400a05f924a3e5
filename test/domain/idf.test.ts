import { describe, expect, it } from 'vitest';
import { countPapersByTerm } from '../../src/domain/idf.ts';

function idfOf(papers: readonly string[][]) {
  const counts = countPapersByTerm();
  for (const terms of papers) counts.add(terms);
  return counts.idf();
}

describe('the idf', () => {
  const idf = idfOf([
    ['model', 'mamba', 'hidden state', 'odd pair'],
    ['model', 'hidden state'],
    ['model', 'vision'],
  ]);

  it('is nothing for what all papers say, and grows the fewer say it', () => {
    expect(idf.of('model')).toBe(0);
    expect(idf.of('hidden state')).toBeCloseTo(Math.log(4 / 3));
    expect(idf.of('mamba')).toBeCloseTo(Math.log(4 / 2));
    expect(idf.papers).toBe(3);
  });

  it('takes a word that nobody said for one that a single paper says: it may be a new name', () => {
    expect(idf.of('quamba')).toBe(idf.of('mamba'));
  });

  it('is nothing for two words that one paper alone puts side by side', () => {
    expect(idf.of('odd pair')).toBe(0);
    expect(idf.of('never seen')).toBe(0);
  });

  it('is nothing at all without papers', () => {
    expect(idfOf([]).of('mamba')).toBe(0);
  });
});
