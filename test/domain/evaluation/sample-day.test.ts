import { describe, expect, it } from 'vitest';
import { sampleDay } from '../../../src/domain/evaluation/sample-day.ts';

const IDS = Array.from({ length: 50 }, (_, n) => `p${n}`);
const isExcluded = (id: string) => id === 'p3' || id === 'p4';

describe('sampleDay', () => {
  it('A day has the wanted papers and others, each once, none of them excluded', () => {
    const day = sampleDay(IDS, { wanted: ['p1', 'p2'], isExcluded, size: 20, seed: 1 });
    expect(new Set(day).size).toBe(20);
    expect(day).toEqual(expect.arrayContaining(['p1', 'p2']));
    expect(day.filter(isExcluded)).toEqual([]);
  });

  it('The seed decides which papers are drawn', () => {
    const draw = (seed: number) => sampleDay(IDS, { wanted: ['p1'], isExcluded, size: 9, seed });
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('A day larger than the file has every paper that is not excluded', () => {
    expect(sampleDay(IDS, { wanted: ['p1'], isExcluded, size: 999, seed: 1 })).toHaveLength(48);
  });
});
