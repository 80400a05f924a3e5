import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createUtf8Encoder } from '../../../src/domain/ranking/utf8-encoder.ts';

describe('the bytes of one text after the other', () => {
  it('are its UTF-8, whatever stood there before', () => {
    const bytesOf = createUtf8Encoder();
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(Buffer.from(bytesOf(text)).toString()).toBe(text);
      }),
    );
  });
});
