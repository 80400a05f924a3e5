import { describe, expect, it } from 'vitest';
import { createDocumentFrequencies } from '../../../src/domain/ranking/inverse-document-frequency.ts';

function idfOf(papers: readonly string[][]) {
  const counts = createDocumentFrequencies();
  for (const terms of papers) counts.add(terms);
  return counts.toIdf();
}

describe('createDocumentFrequencies', () => {
  const idf = idfOf([
    ['model', 'mamba', 'hidden state', 'odd pair'],
    ['model', 'hidden state'],
    ['model', 'vision'],
  ]);

  it('The weight of a term is 0 if all papers contain it, and grows with its rarity', () => {
    expect(idf.weightOf('model')).toBe(0);
    expect(idf.weightOf('hidden state')).toBeCloseTo(Math.log(4 / 3));
    expect(idf.weightOf('mamba')).toBeCloseTo(Math.log(4 / 2));
    expect(idf.paperCount).toBe(3);
  });

  it('An unknown word weighs as much as one in a single paper, since it may be a new name', () => {
    expect(idf.weightOf('quamba')).toBe(idf.weightOf('mamba'));
  });

  it('A pair of words in a single paper weighs 0', () => {
    expect(idf.weightOf('odd pair')).toBe(0);
    expect(idf.weightOf('never seen')).toBe(0);
  });

  it('Every weight is 0 without papers', () => {
    expect(idfOf([]).weightOf('mamba')).toBe(0);
  });
});
