import { expect, it } from 'vitest';
import { checkMessageBytes } from './message-size.ts';

it('Small messages are refused with a sentence', () => {
  expect(() => checkMessageBytes(24_575)).toThrow(
    'Messages have 24575 bytes on average: expected 24576 or more.',
  );
  expect(() => checkMessageBytes(24_576)).not.toThrow();
});
