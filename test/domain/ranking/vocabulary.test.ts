import { describe, expect, it } from 'vitest';
import { createVocabulary, NO_TERM } from '../../../src/domain/ranking/vocabulary.ts';

const TERMS = ['é', 'state', 'state space', 'space', ''];
const vocabulary = vocabularyOf(TERMS);

/** By FNV-1a without its two lowest bits, as the vocabulary has it. */
const SAME_HASH = [
  ['mlezssn', 'gajcxgn'],
  ['ufmhbbf', 'meenocz'],
] as const;

/** Terms numbered by their position. */
function vocabularyOf(terms: readonly string[]) {
  return createVocabulary(new Map(terms.map((term, index) => [term, index])));
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('createVocabulary', () => {
  it('A term is found at its position in a text, and nowhere else', () => {
    const text = Buffer.from('a state space é');
    const found: [string, number][] = [];
    for (let start = 0; start <= text.length; start += 1)
      for (let end = start + 1; end <= text.length; end += 1) {
        const place = vocabulary.find(text, start, end);
        if (place !== NO_TERM) found.push([text.toString('utf8', start, end), place]);
      }
    expect(found).toEqual([
      ['state', 1],
      ['state space', 2],
      ['space', 3],
      ['é', 0],
    ]);
  });

  it('A prefix of a term is not found, nor anything beyond the end of a text', () => {
    expect(vocabulary.find(bytesOf('stat'), 0, 5)).toBe(NO_TERM);
    expect(vocabulary.find(bytesOf('spaces'), 0, 6)).toBe(NO_TERM);
    expect(vocabularyOf([]).find(bytesOf('state'), 0, 5)).toBe(NO_TERM);
  });

  it('Each of many terms is found', () => {
    const terms = Array.from({ length: 200_000 }, (_, n) => `term ${n}`);
    const large = vocabularyOf(terms);
    const isFound = (term: string, n: number) => large.find(bytesOf(term), 0, term.length) === n;
    expect(terms.every(isFound)).toBe(true);
  });

  it.each(SAME_HASH)('%s and %s are distinct in spite of equal hashes', (a, b) => {
    const find = (terms: string[], term: string) =>
      vocabularyOf(terms).find(bytesOf(term), 0, term.length);
    expect([find([a, b], a), find([a, b], b)]).toEqual([0, 1]);
    expect([find([a], b), find([b], a)]).toEqual([NO_TERM, NO_TERM]);
  });
});
