import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wrap } from '../../src/mail/wrap.ts';

const words = fc.array(
  fc.string({ unit: fc.constantFrom('a', 'é', '😀'), minLength: 1, maxLength: 90 }),
);

describe('wrap', () => {
  it('changes nothing but spaces into line breaks', () => {
    fc.assert(
      fc.property(words, (list) => {
        expect(wrap(list.join(' ')).replaceAll('\n', ' ')).toBe(list.join(' '));
      }),
    );
  });

  it('passes 72 columns only for a word that is longer by itself', () => {
    fc.assert(
      fc.property(words, (list) => {
        for (const line of wrap(list.join(' '), '    ').split('\n')) {
          expect(line.startsWith('    ')).toBe(true);
          if ([...line].length > 72) expect(line.trim()).not.toContain(' ');
        }
      }),
    );
  });
});
