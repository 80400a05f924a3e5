import { describe, expect, it } from 'vitest';
import { layOutPapers } from '../../../src/domain/digests/digest-layout.ts';

function shape(count: number, darkHorse: number | null): string {
  return layOutPapers(count, darkHorse)
    .map(({ selectionIndex: at, format: form }) => `${form} ${at}`)
    .join(', ');
}

describe('layOutPapers', () => {
  it('A digest has one lead, three stories, the dark horse and briefs', () => {
    expect(shape(8, 6)).toBe(
      'lead 0, story 1, story 2, story 3, darkHorse 6, brief 4, brief 5, brief 7',
    );
  });

  it('Without a dark horse there is no panel', () => {
    expect(shape(6, null)).toBe('lead 0, story 1, story 2, story 3, brief 4, brief 5');
  });

  it('The dark horse is never the lead', () => {
    expect(shape(6, 0)).toBe('lead 1, story 2, story 3, story 4, darkHorse 0, brief 5');
  });

  it('Five papers or fewer are a lead and briefs, the dark horse last', () => {
    expect(shape(5, 1)).toBe('lead 0, brief 2, brief 3, brief 4, brief 1');
    expect(shape(1, 0)).toBe('lead 0');
  });

  it('Every brief but the first has a rule above it', () => {
    const briefs = layOutPapers(7, null).filter(({ format: form }) => form === 'brief');
    expect(briefs.map(({ isFirstBrief, isRuled }) => [isFirstBrief, isRuled])).toEqual([
      [true, false],
      [false, true],
      [false, true],
    ]);
  });
});
