import { describe, expect, it } from 'vitest';
import { splitTitle } from '../../../src/domain/papers/split-title.ts';

describe('splitTitle', () => {
  it.each([
    ['StateSMix: Online Compression', 'StateSMix', 'Online Compression'],
    [
      'Reactive Transformer (RxT) -- Stateful Processing',
      'Reactive Transformer (RxT)',
      'Stateful Processing',
    ],
    [
      'Digital Metabolism: Unlearning -- Towards a Core',
      'Digital Metabolism',
      'Unlearning -- Towards a Core',
    ],
    ['A -- B: C', 'A', 'B: C'],
    ['  Padded :  both  ', 'Padded', 'both'],
  ])('"%s" is split at its first separator', (title, name, deck) => {
    expect(splitTitle(title)).toEqual({ name, deck });
  });

  it.each([
    'PAC learning PDFA from data streams',
    'Attention:is all',
    'producer--consumer',
    ': The Colon: a Story',
    '-- Dashes: a Story',
    'What remains: nothing:',
    'Ends with -- dashes --',
    ':',
    '',
  ])('"%s" stays whole', (title) => {
    expect(splitTitle(title)).toEqual({ name: title, deck: null });
  });
});
