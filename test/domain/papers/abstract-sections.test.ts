import { describe, expect, it } from 'vitest';
import { findSections } from '../../../src/domain/papers/abstract-sections.ts';

describe('findSections', () => {
  it('A label begins a section that lasts until the next', () => {
    const sentences = [
      'BACKGROUND: Strokes are common.',
      'They are fatal.',
      'Aims: To prevent them.',
      'Study design and setting: A cohort.',
      'Main results: 12% fewer died.',
      'Conclusion: It works.',
    ];
    expect(findSections(sentences)).toEqual([
      'background',
      'background',
      'aim',
      'method',
      'result',
      'end',
    ]);
  });

  it('A label that stands alone is none of the sentences of its section', () => {
    expect(findSections(['Methods.', 'We asked.', 'Results.', 'They answered.'])).toEqual([
      'label',
      'method',
      'label',
      'result',
    ]);
  });

  it('One word that could be a label makes no section', () => {
    expect(findSections(['Background subtraction is hard.', 'We do it.'])).toEqual([
      'none',
      'none',
    ]);
    expect(findSections(['Results We like.', 'Nothing else.'])).toEqual(['none', 'none']);
  });

  it('The labels are read although white space or a colon was lost', () => {
    expect(findSections(['BackgroundStrokes are common.', 'Results They are fatal.'])).toEqual([
      'background',
      'result',
    ]);
  });
});
