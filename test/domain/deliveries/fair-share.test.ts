import { describe, expect, it } from 'vitest';
import { isChosenFirst } from '../../../src/domain/deliveries/fair-share.ts';

const READERS = Array.from({ length: 1000 }, (_, n) => n + 1);
const DIGESTS = Array.from({ length: 200 }, (_, n) => n + 1);

describe('Whose turn it is when a limit is below the audience', () => {
  it.each([0.05, 0.3, 0.5, 0.9])('Each digest goes to a share of %s of the readers', (share) => {
    for (const digestNumber of DIGESTS) {
      const chosen = READERS.filter((id) => isChosenFirst(id, { digestNumber, share }));
      expect(Math.abs(chosen.length - share * 1000)).toBeLessThanOrEqual(10);
    }
  });

  it.each([0.05, 0.3, 0.5, 0.9])(
    'With a share of %s everybody is chosen equally often, and nobody waits much longer than the others',
    (share) => {
      for (const id of READERS) {
        const turns = DIGESTS.filter((digestNumber) => isChosenFirst(id, { digestNumber, share }));
        expect(Math.abs(turns.length - share * 200)).toBeLessThanOrEqual(3);
        const gaps = turns.slice(1).map((turn, at) => turn - (turns[at] ?? 0));
        expect(Math.max(...gaps)).toBeLessThanOrEqual(Math.ceil(2.7 / share));
      }
    },
  );

  it('With a share of 1 everybody is chosen', () => {
    expect(
      READERS.every((id) => isChosenFirst(id * 1_000_003, { digestNumber: 7, share: 1 })),
    ).toBe(true);
  });
});
