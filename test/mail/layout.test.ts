import { describe, expect, it } from 'vitest';
import { layOut } from '../../src/mail/layout.ts';

function ranks(count: number) {
  return Array.from({ length: count }, (_, rank) => ({ rank, reason: '' }));
}

function shape(count: number, darkHorseRank: number | null): string {
  return layOut(ranks(count), darkHorseRank)
    .map(({ rank, form }) => `${form} ${rank}`)
    .join(', ');
}

describe('layOut', () => {
  it('sets one lead, three stories, the dark horse and the rest in brief', () => {
    expect(shape(8, 6)).toBe(
      'lead 0, story 1, story 2, story 3, darkHorse 6, brief 4, brief 5, brief 7',
    );
  });

  it('has no panel without a dark horse', () => {
    expect(shape(6, null)).toBe('lead 0, story 1, story 2, story 3, brief 4, brief 5');
  });

  it('never leads with the dark horse', () => {
    expect(shape(6, 0)).toBe('lead 1, story 2, story 3, story 4, darkHorse 0, brief 5');
  });

  it('sets five papers or fewer as a lead and briefs, the dark horse last', () => {
    expect(shape(5, 1)).toBe('lead 0, brief 2, brief 3, brief 4, brief 1');
    expect(shape(1, 0)).toBe('lead 0');
  });

  it('ignores a dark horse that was not selected', () => {
    expect(shape(2, 9)).toBe('lead 0, brief 1');
  });
});
