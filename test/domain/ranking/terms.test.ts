import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractTerms, foldPlural } from '../../../src/domain/ranking/terms.ts';

const terms = (title: string, abstract = '') =>
  Object.fromEntries(extractTerms({ title, abstract }).entries());

describe('extractTerms', () => {
  it('Words and pairs of adjacent words are counted in lower case, those of the title twice', () => {
    expect(terms('Hidden States', 'Mamba: the hidden state of Mamba.')).toEqual({
      hidden: 3,
      'hidden state': 3,
      mamba: 2,
    });
  });

  it('A full stop, a comma or a stop word separates words', () => {
    expect(Object.keys(terms('Sparse attention, linear kernels. Cache of tokens'))).toEqual([
      'sparse',
      'attention',
      'sparse attention',
      'linear',
      'kernel',
      'linear kernel',
      'cache',
      'token',
    ]);
  });

  it('Hyphens are spaces, so that both spellings are one term', () => {
    expect(terms('state-space')).toEqual(terms('State Spaces'));
  });

  it('Numbers, adverbs, URLs and phrases of papers about themselves are no terms', () => {
    const abstract =
      'We propose a novel, state-of-the-art framework that significantly improves results by 42% in 2026; see https://github.com/x/mamba or example.org/vision.';
    expect(terms('', abstract)).toEqual({});
  });

  it('Words that mean little alone are terms only in a pair', () => {
    expect(Object.keys(terms('Zero-Shot Multi-Agent Tasks'))).toEqual([
      'shot',
      'zero shot',
      'shot multi',
      'agent',
      'multi agent',
      'agent task',
    ]);
  });

  it('Terms can be stored in one text and shown, whatever the paper contains', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme' }),
        (title, abstract) => {
          for (const [term, count] of extractTerms({ title, abstract })) {
            expect(term).toMatch(/^[\p{L}\p{N}\p{M}]+(?: [\p{L}\p{N}\p{M}]+)?$/u);
            expect(count).toBeGreaterThan(0);
          }
        },
      ),
    );
  });
});

describe('foldPlural', () => {
  it.each([
    ['models', 'model'],
    ['memories', 'memory'],
    ['caches', 'cache'],
    ['losses', 'loss'],
    ['approaches', 'approach'],
    ['batches', 'batch'],
    ['boxes', 'box'],
    ['gpus', 'gpu'],
    ['ties', 'tie'],
    ['analysis', 'analysis'],
    ['corpus', 'corpus'],
    ['robotics', 'robotics'],
    ['bias', 'bias'],
    ['gas', 'gas'],
    ['llms', 'llm'],
  ])('The plural of %s is folded to %s', (plural, singular) => {
    expect(foldPlural(plural)).toBe(singular);
  });
});
