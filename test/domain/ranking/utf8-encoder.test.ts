import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createUtf8Encoder } from '../../../src/domain/ranking/utf8-encoder.ts';

describe('createUtf8Encoder', () => {
  it('Each text is encoded as UTF-8, whatever was encoded before', () => {
    const bytesOf = createUtf8Encoder();
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(Buffer.from(bytesOf(text)).toString()).toBe(text);
      }),
    );
  });
});
