import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractTerms, foldPlural } from '../../../src/domain/ranking/terms.ts';

const terms = (title: string, abstract = '') =>
  Object.fromEntries(extractTerms({ title, abstract }).entries());

describe('termsOf', () => {
  it('counts words and two words in a row, in lower case; the title double', () => {
    expect(terms('Hidden States', 'Mamba: the hidden state of Mamba.')).toEqual({
      hidden: 3,
      'hidden state': 3,
      mamba: 2,
    });
  });

  it('joins nothing across a stop, a comma or a word of the language', () => {
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

  it('takes hyphens for blanks, so that both ways of writing are one term', () => {
    expect(terms('state-space')).toEqual(terms('State Spaces'));
  });

  it('leaves out numbers, adverbs, addresses, and what papers say of themselves', () => {
    const abstract =
      'We propose a novel, state-of-the-art framework that significantly improves results by 42% in 2026; see https://github.com/x/mamba or example.org/vision.';
    expect(terms('', abstract)).toEqual({});
  });

  it('takes words that say nothing alone only beside another', () => {
    expect(Object.keys(terms('Zero-Shot Multi-Agent Tasks'))).toEqual([
      'shot',
      'zero shot',
      'shot multi',
      'agent',
      'multi agent',
      'agent task',
    ]);
  });

  it('gives terms that can be stored in one text and shown, whatever the paper says', () => {
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
  ])('makes of %s %s', (plural, singular) => {
    expect(foldPlural(plural)).toBe(singular);
  });
});
