import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortenTitle } from '../../../src/domain/papers/shorten-title.ts';

describe('shortenTitle', () => {
  it.each([
    ['SWAN', 'SWAN'],
    ['Attention Is All You Need', 'Attention Is All You Need'],
    ['SWAN -- SGD with Whitening', 'SWAN: SGD with Whitening'],
    [
      'S0 Tuning: Zero-Overhead Adaptation of Hybrid Recurrent-Attention Models',
      'S0 Tuning: Zero-Overhead Adaptation',
    ],
    [
      'Efficient Long-context Language Model Training by Core Attention Disaggregation',
      'Efficient Long-context Language Model Training',
    ],
    [
      'The Pensieve Paradigm: Stateful Language Models Mastering Their Own Context',
      'The Pensieve Paradigm: Stateful Language Models',
    ],
    [
      'A Study of the Very Long Titles That Nobody Reads, Writes or Remembers After Lunch',
      'A Study of the Very Long Titles That Nobody Reads, Writes',
    ],
    ['x'.repeat(70), 'x'.repeat(60)],
  ])('“%s” becomes “%s” in 60 characters', (title, short) => {
    expect(shortenTitle(title, 60)).toBe(short);
  });

  it('A short title is never longer than asked for, and has only words of the title', () => {
    const title = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(title, fc.integer({ min: 10, max: 80 }), (text, maxLength) => {
        const short = shortenTitle(text, maxLength);
        expect(short.length).toBeLessThanOrEqual(maxLength);
      }),
    );
  });
});
