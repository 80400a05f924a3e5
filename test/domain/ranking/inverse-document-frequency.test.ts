import { describe, expect, it } from 'vitest';
import { createDocumentFrequencies } from '../../../src/domain/ranking/inverse-document-frequency.ts';

function idfOf(papers: readonly string[][]) {
  const counts = createDocumentFrequencies();
  for (const terms of papers) counts.add(terms);
  return counts.toIdf();
}

describe('the idf', () => {
  const idf = idfOf([
    ['model', 'mamba', 'hidden state', 'odd pair'],
    ['model', 'hidden state'],
    ['model', 'vision'],
  ]);

  it('is nothing for what all papers say, and grows the fewer say it', () => {
    expect(idf.weightOf('model')).toBe(0);
    expect(idf.weightOf('hidden state')).toBeCloseTo(Math.log(4 / 3));
    expect(idf.weightOf('mamba')).toBeCloseTo(Math.log(4 / 2));
    expect(idf.paperCount).toBe(3);
  });

  it('takes a word that nobody said for one that a single paper says: it may be a new name', () => {
    expect(idf.weightOf('quamba')).toBe(idf.weightOf('mamba'));
  });

  it('is nothing for two words that one paper alone puts side by side', () => {
    expect(idf.weightOf('odd pair')).toBe(0);
    expect(idf.weightOf('never seen')).toBe(0);
  });

  it('is nothing at all without papers', () => {
    expect(idfOf([]).weightOf('mamba')).toBe(0);
  });
});
