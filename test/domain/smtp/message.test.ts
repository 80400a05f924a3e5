import { expect, it } from 'vitest';
import {
  concatMessage,
  createMessage,
  createSegment,
  fillSegment,
  getMessageSizeBytes,
} from '../../../src/domain/smtp/message.ts';

it.each([[['one ', 'two\r\n']], [['only\r\n']], [[]]])(
  'The segments %j of a message make one buffer of its length',
  (chunks) => {
    const message = createMessage(
      { from: '', to: '' },
      chunks.map((chunk) => Buffer.from(chunk)),
    );
    expect(concatMessage(message).toString()).toBe(chunks.join(''));
    expect(getMessageSizeBytes(message)).toBe(chunks.join('').length);
  },
);

it('Placeholders of shared segments are filled, and the segments stay unchanged', () => {
  const bytes = Buffer.from('to ... and ...\r\n');
  const shared = { bytes, placeholderOffsets: [3, 11] };
  const content = [createSegment(Buffer.from('A message ')), shared];
  const [ada, bob] = ['ada', 'bob'].map((name) =>
    concatMessage({ segments: content, placeholderValue: Buffer.from(name) }).toString(),
  );
  expect(ada).toBe('A message to ada and ada\r\n');
  expect(bob).toBe('A message to bob and bob\r\n');
  expect(bytes.toString()).toBe('to ... and ...\r\n');
  expect(fillSegment(shared, Buffer.from('ada')).toString()).toBe('to ada and ada\r\n');
});
