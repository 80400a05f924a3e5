import { describe, expect, it } from 'vitest';
import { packSelection, unpackSelection } from '../../../src/db/deliveries/packed-selection.ts';
import type { Selection } from '../../../src/domain/digests/digest.ts';

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
  ])('Packing and unpacking returns %s unchanged', (_what, selection) => {
    expect(unpackSelection(packSelection(selection))).toEqual(selection);
  });

  it('A packed selection holds each reason once', () => {
    const reason = 'Because you follow Agents and Efficient inference.';
    const selection = Array.from({ length: 20 }, (_, rank) => ({ rank, reason }));
    expect(packSelection(selection).length).toBeLessThan(250);
  });

  it('A packed selection holds nothing that Postgres refuses', () => {
    const packed = packSelection([{ rank: 0, reason: 'a\0b\ud800c' }]);
    expect(unpackSelection(packed)).toEqual([{ rank: 0, reason: 'a\ufffdb\ufffdc' }]);
  });

  it('A packed selection is short enough for eight rows to be updated within a page', () => {
    const reasons = [
      'The most discussed of seven papers on Compression, quantization & PEFT, which you follow.',
      'On Language & multilingual NLP, which you follow, and readers have noticed it.',
      'It says “benchmark” and “agent”, two of your words, and its code is out.',
      'Nobody has said a word about it yet. It is close to Agents & tool use, which you follow.',
      'Where Agents & tool use, which you follow, meets Long context & memory.',
      'It says “agent”, one of your words, and it gives a number: 52%.',
      'Because you follow Compression, quantization & PEFT.',
    ];
    const selection = Array.from({ length: 20 }, (_, rank) => ({
      rank,
      reason: reasons[rank % reasons.length] as string,
    }));
    expect(packSelection(selection).length).toBeLessThan(400);
  });

  it.each([
    ['0.1.0', JSON.stringify([{ rank: 2, reason: 'Why ~a.', isDarkHorse: true }])],
    ['the commits before the shorthand', '{"reasons":["Why ~a."],"papers":[[2,0,1]]}'],
  ])('A selection that %s stored can be unpacked', (_version, text) => {
    expect(unpackSelection(text)).toEqual([{ rank: 2, reason: 'Why ~a.', isDarkHorse: true }]);
  });
});
