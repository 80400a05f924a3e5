import { describe, expect, it } from 'vitest';
import { createNameLookup } from '../../../src/domain/ranking/name-lookup.ts';

const papers = [
  { authors: ['Ada Lovelace', 'Émile Borel'], organization: null },
  { authors: ['Christopher D. Manning'], organization: 'AI at Meta' },
  { authors: ['Jean-Luc Picard'], organization: 'Metal Works' },
  { authors: ['Meta'], organization: 'Google DeepMind' },
];
const match = createNameLookup(papers);
const placesOf = (name: string) => [...match(name).keys()].sort();

describe('createNameLookup', () => {
  it.each([
    ['ada lovelace', [0]],
    ['Emile Borel', [0]],
    ['Christopher Manning', [1]],
    ['Christopher D Manning', [1]],
    ['Jean Luc Picard', [2]],
    ['Lovelace', []],
    ['Ada', []],
    ['meta', [1, 3]],
    ['DeepMind', [3]],
    ['Google DeepMind', [3]],
    ['Mind', []],
    ['…', []],
  ])('The name %s is found in %j', (name, places) => {
    expect(placesOf(name)).toEqual(places);
  });

  it('A name is returned as the paper spells it', () => {
    expect(match('emile borel').get(0)).toEqual({ kind: 'author', name: 'Émile Borel' });
    expect(match('meta').get(1)).toEqual({ kind: 'organisation', name: 'AI at Meta' });
  });
});
