import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wrapText } from '../../../src/mail/encoding/wrap.ts';

const words = fc.array(
  fc.string({ unit: fc.constantFrom('a', 'é', '😀'), minLength: 1, maxLength: 90 }),
);

describe('Wrapping plain text', () => {
  it('Wrapping only turns spaces into line breaks', () => {
    fc.assert(
      fc.property(words, (list) => {
        expect(wrapText(list.join(' ')).replaceAll('\n', ' ')).toBe(list.join(' '));
      }),
    );
  });

  it('A line is longer than 72 columns only for a single long word', () => {
    fc.assert(
      fc.property(words, (list) => {
        for (const line of wrapText(list.join(' '), '    ').split('\n')) {
          expect(line.startsWith('    ')).toBe(true);
          if ([...line].length > 72) expect(line.trim()).not.toContain(' ');
        }
      }),
    );
  });
});
