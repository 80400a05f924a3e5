import { describe, expect, it } from 'vitest';
import { createTermBook, NO_TERM } from '../../src/domain/term-book.ts';

const TERMS = ['state', 'state space', 'space', 'é', ''];
const book = bookOf(TERMS);

/** Each with its place as its number. */
function bookOf(terms: readonly string[]) {
  return createTermBook(new Map(terms.map((term, place) => [term, place])));
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('a book of terms', () => {
  it('finds each term where it stands in a text, and there alone', () => {
    const text = Buffer.from('a state space é');
    const found: [string, number][] = [];
    for (let start = 0; start <= text.length; start += 1)
      for (let end = start + 1; end <= text.length; end += 1) {
        const place = book.find(text, start, end);
        if (place !== NO_TERM) found.push([text.toString('utf8', start, end), place]);
      }
    expect(found).toEqual([
      ['state', 0],
      ['state space', 1],
      ['space', 2],
      ['é', 3],
    ]);
  });

  it('finds nothing beyond the end of a text, nor a term that it begins', () => {
    expect(book.find(bytesOf('stat'), 0, 5)).toBe(NO_TERM);
    expect(book.find(bytesOf('spaces'), 0, 6)).toBe(NO_TERM);
    expect(bookOf([]).find(bytesOf('state'), 0, 5)).toBe(NO_TERM);
  });

  it('keeps terms apart whose hashes meet', () => {
    const many = Array.from({ length: 200_000 }, (_, n) => `term ${n}`);
    const large = bookOf(many);
    const isFound = (term: string, n: number) => large.find(bytesOf(term), 0, term.length) === n;
    expect(many.every(isFound)).toBe(true);
  });
});
