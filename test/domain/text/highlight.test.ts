import { describe, expect, it } from 'vitest';
import {
  containsAnyWord,
  findMatchingWords,
  highlight,
} from '../../../src/domain/text/highlight.ts';

const TEXT = 'Stateless <think> models: a model, re-modelled & 状态 models.';

describe('highlight', () => {
  it('marks whole words, whatever their case, and keeps every letter', () => {
    const parts = highlight(TEXT, new Set(['models', 'model']));
    expect(parts.map(({ text }) => text).join('')).toBe(TEXT);
    expect(parts.filter(({ isMarked }) => isMarked).map(({ text }) => text)).toEqual([
      'models',
      'model',
      'models',
    ]);
  });

  it('is one part when nothing is marked, and none for no text', () => {
    expect(highlight(TEXT, new Set())).toEqual([{ text: TEXT, isMarked: false }]);
    expect(highlight('', new Set(['a']))).toEqual([]);
  });

  it('marks at the beginning and at the end', () => {
    expect(highlight('one two one', new Set(['one']))).toEqual([
      { text: 'one', isMarked: true },
      { text: ' two ', isMarked: false },
      { text: 'one', isMarked: true },
    ]);
  });
});

describe('wordsLike', () => {
  it('gives the words that begin as those of the search do, once, in lower case', () => {
    expect(findMatchingWords('"Model states" -x', [TEXT, 'Modal logic.'])).toEqual([
      'models',
      'model',
      'modelled',
      'modal',
      'stateless',
    ]);
  });

  it('looks at beginnings alone, those of a single letter among them', () => {
    expect(findMatchingWords('or a', ['A torch for a, or above ör.'])).toEqual(['or', 'a']);
    expect(findMatchingWords('状态', [TEXT])).toEqual(['状态']);
    expect(findMatchingWords('𝒜b', ['x 𝒜b 𝒜c'])).toEqual(['𝒜b', '𝒜c']);
  });
});

describe('says', () => {
  it('looks at whole words', () => {
    expect(containsAnyWord('Two models.', new Set(['models']))).toBe(true);
    expect(containsAnyWord('Two models.', new Set(['model']))).toBe(false);
  });
});
