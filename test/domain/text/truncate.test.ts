import { expect, it } from 'vitest';
import { truncate, truncateInput } from '../../../src/domain/text/truncate.ts';

it('A text that fits is returned as it is', () => {
  expect(truncate('abcde', 5)).toBe('abcde');
});

it('A longer text is cut to the limit, with an ellipsis as its last character', () => {
  expect(truncate('abcdef', 5)).toBe('abcd…');
});

it('A cut inside a surrogate pair leaves no half of it', () => {
  expect(truncate('abc😀def', 5)).toBe('abc…');
});

it('Input is one clean line of at most 60 characters', () => {
  expect(truncateInput(' a\u0000\n b ')).toBe('a b');
  expect(truncateInput('x'.repeat(100))).toHaveLength(60);
});
