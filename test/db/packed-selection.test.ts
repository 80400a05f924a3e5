import { describe, expect, it } from 'vitest';
import { packSelection, unpackSelection } from '../../src/db/packed-selection.ts';
import type { Selection } from '../../src/domain/digest.ts';

describe('A packed selection', () => {
  it.each<[string, Selection]>([
    ['without papers', []],
    ['of one paper', [{ rank: 7, reason: 'Because you follow Agents.' }]],
    [
      'with a dark horse and a reason that repeats',
      [
        { rank: 3, reason: 'Because you follow Agents.' },
        { rank: 0, reason: 'Few have noticed it yet.', isDarkHorse: true },
        { rank: 12, reason: 'Because you follow Agents.' },
      ],
    ],
    ['with quotes, breaks and other scripts', [{ rank: 1, reason: '“a” "b" \\ \n 論文 📮' }]],
  ])('%s comes back as it was', (_what, selection) => {
    expect(unpackSelection(packSelection(selection))).toEqual(selection);
  });

  it('holds a reason once, however often it is given', () => {
    const reason = 'Because you follow Agents and Efficient inference.';
    const selection = Array.from({ length: 20 }, (_, rank) => ({ rank, reason }));
    expect(packSelection(selection).length).toBeLessThan(250);
  });

  it('holds nothing that Postgres does not take', () => {
    const packed = packSelection([{ rank: 0, reason: 'a\0b\ud800c' }]);
    expect(unpackSelection(packed)).toEqual([{ rank: 0, reason: 'a\ufffdb\ufffdc' }]);
  });

  it('is read as version 0.1.0 stored it, too', () => {
    const selection = [{ rank: 2, reason: 'Why.', isDarkHorse: true }];
    expect(unpackSelection(JSON.stringify(selection))).toEqual(selection);
  });
});
