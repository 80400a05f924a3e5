import { describe, expect, it } from 'vitest';
import { createTermBook } from '../../src/domain/term-book.ts';

const TERMS = ['state', 'state space', 'space', 'é', ''];
const book = createTermBook(TERMS.map((term, at): [string, number] => [term, at]));

describe('a book of terms', () => {
  it('finds each term where it stands in a text, and there alone', () => {
    const text = 'a state space é';
    const found: [string, number][] = [];
    for (let start = 0; start <= text.length; start += 1)
      for (let end = start + 1; end <= text.length; end += 1) {
        const value = book.find(text, start, end);
        if (value !== undefined) found.push([text.slice(start, end), value]);
      }
    expect(found).toEqual([
      ['state', 0],
      ['state space', 1],
      ['space', 2],
      ['é', 3],
    ]);
  });

  it('finds nothing beyond the end of a text, nor a term that it begins', () => {
    expect(book.find('stat', 0, 5)).toBeUndefined();
    expect(book.find('spaces', 0, 6)).toBeUndefined();
  });

  it('keeps terms apart whose hashes meet', () => {
    const many = Array.from({ length: 200_000 }, (_, n): [string, number] => [`term ${n}`, n]);
    const large = createTermBook(many);
    expect(many.every(([term, n]) => large.find(term, 0, term.length) === n)).toBe(true);
  });
});
