import { expect, it } from 'vitest';
import { messageLength, wholeMessage } from '../../src/domain/message.ts';

it.each([[['one ', 'two\r\n']], [['only\r\n']], [[]]])(
  'The pieces %j of a message make one buffer of its length',
  (pieces) => {
    const content = pieces.map((piece) => Buffer.from(piece));
    expect(wholeMessage({ content }).toString()).toBe(pieces.join(''));
    expect(messageLength({ content })).toBe(pieces.join('').length);
  },
);
