import { expect, it } from 'vitest';
import {
  filled,
  messageLength,
  messageOf,
  stretchOf,
  wholeMessage,
} from '../../src/domain/message.ts';

it.each([[['one ', 'two\r\n']], [['only\r\n']], [[]]])(
  'The pieces %j of a message make one buffer of its length',
  (pieces) => {
    const message = messageOf(
      { from: '', to: '' },
      pieces.map((piece) => Buffer.from(piece)),
    );
    expect(wholeMessage(message).toString()).toBe(pieces.join(''));
    expect(messageLength(message)).toBe(pieces.join('').length);
  },
);

it('What readers share is filled where it is open, and stays as it is', () => {
  const bytes = Buffer.from('to ... and ...\r\n');
  const shared = { bytes, openAt: [3, 11] };
  const content = [stretchOf(Buffer.from('A letter ')), shared];
  const [ada, bob] = ['ada', 'bob'].map((name) =>
    wholeMessage({ content, fill: Buffer.from(name) }).toString(),
  );
  expect(ada).toBe('A letter to ada and ada\r\n');
  expect(bob).toBe('A letter to bob and bob\r\n');
  expect(bytes.toString()).toBe('to ... and ...\r\n');
  expect(filled(shared, Buffer.from('ada')).toString()).toBe('to ada and ada\r\n');
});
