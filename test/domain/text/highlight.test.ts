import { describe, expect, it } from 'vitest';
import {
  containsAnyWord,
  findMatchingWords,
  highlight,
} from '../../../src/domain/text/highlight.ts';

const TEXT = 'Stateless <think> models: a model, re-modelled & 状态 models.';

describe('highlight', () => {
  it('Whole words are marked, whatever their case, and no letter changes', () => {
    const parts = highlight(TEXT, new Set(['models', 'model']));
    expect(parts.map(({ text }) => text).join('')).toBe(TEXT);
    expect(parts.filter(({ isMarked }) => isMarked).map(({ text }) => text)).toEqual([
      'models',
      'model',
      'models',
    ]);
  });

  it('A text without matches is one segment, and an empty text none', () => {
    expect(highlight(TEXT, new Set())).toEqual([{ text: TEXT, isMarked: false }]);
    expect(highlight('', new Set(['a']))).toEqual([]);
  });

  it('Words at the beginning and at the end are marked', () => {
    expect(highlight('one two one', new Set(['one']))).toEqual([
      { text: 'one', isMarked: true },
      { text: ' two ', isMarked: false },
      { text: 'one', isMarked: true },
    ]);
  });
});

describe('findMatchingWords', () => {
  it('Words that begin like the searched ones are returned once, in lower case', () => {
    expect(findMatchingWords('"Model states" -x', [TEXT, 'Modal logic.'])).toEqual([
      'models',
      'model',
      'modelled',
      'modal',
      'stateless',
    ]);
  });

  it('Only beginnings are compared, also those of one letter', () => {
    expect(findMatchingWords('or a', ['A torch for a, or above ör.'])).toEqual(['or', 'a']);
    expect(findMatchingWords('状态', [TEXT])).toEqual(['状态']);
    expect(findMatchingWords('𝒜b', ['x 𝒜b 𝒜c'])).toEqual(['𝒜b', '𝒜c']);
  });
});

describe('containsAnyWord', () => {
  it('Only whole words are found', () => {
    expect(containsAnyWord('Two models.', new Set(['models']))).toBe(true);
    expect(containsAnyWord('Two models.', new Set(['model']))).toBe(false);
  });
});
