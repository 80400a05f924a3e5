import { describe, expect, it } from 'vitest';
import { lengthen, shorten } from '../../src/db/reason-shorthand.ts';

describe('The shorthand of reasons', () => {
  it.each([
    ['On Agents, which you follow, and its code is out.', 'On Agents~a~g'],
    [
      'On Agents, which you follow, and its code is outdated.',
      'On Agents~a, and its code is outdated.',
    ],
    ['It says “RAG” and “tools”, two of your words.', '~kRAG~mtools~o~d.'],
    ['Because you follow ~a and ~~.', '~p~~a and ~~~~.'],
    ['論文 📮', '論文 📮'],
    ['', ''],
  ])('writes “%s” as “%s”, and reads it', (reason, stored) => {
    expect(shorten(reason)).toBe(stored);
    expect(lengthen(stored)).toBe(reason);
  });

  it('leaves a sign of a later version as it is', () => {
    expect(lengthen('On Agents~9')).toBe('On Agents~9');
  });
});
