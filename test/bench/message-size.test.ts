import { expect, it } from 'vitest';
import { checkMessageBytes } from './message-size.ts';

it('Small messages are refused with a sentence', () => {
  expect(() => checkMessageBytes(40_959)).toThrow(
    'Messages have 40959 bytes on average: expected 40960 or more.',
  );
  expect(() => checkMessageBytes(40_960)).not.toThrow();
});
