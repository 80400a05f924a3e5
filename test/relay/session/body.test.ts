import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concatMessage,
  createMessage,
  createSegment,
  type Message,
} from '../../../src/domain/smtp/message.ts';
import { createBodyWriter } from '../../../src/relay/session/body.ts';

const writer = createBodyWriter(64);

/** What is sent for these chunks, as a whole and by block. */
function encode(chunks: readonly (string | Uint8Array)[], isWireReady = false) {
  const bytes = chunks.map((chunk) => Buffer.from(chunk as string));
  return encodeMessage(createMessage({ from: '', to: '' }, bytes, { isWireReady }));
}

function encodeMessage(message: Message) {
  writer.start(message);
  const blocks: string[] = [];
  while (!writer.isDone()) blocks.push(writer.nextBlock().toString('latin1'));
  return { text: blocks.join(''), blocks };
}

/** Reverses the dot-stuffing of RFC 5321 §4.5.2. */
function unstuff(text: string): string {
  return text.replace(/^\./gm, '');
}

describe('A body', () => {
  it.each([
    ['.\r\n', '..\r\n'],
    ['a\r\n.\r\nb\r\n', 'a\r\n..\r\nb\r\n'],
    ['..\r\n.x\r\n', '...\r\n..x\r\n'],
    ['a.\r\n', 'a.\r\n'],
    ['no end', 'no end\r\n'],
    ['cr at end\r', 'cr at end\r\n'],
    ['', '\r\n'],
    ['bare\nlf\n.\n', 'bare\r\nlf\r\n..\r\n'],
    ['bare\rcr\r.\r\r\n', 'bare\r\ncr\r\n..\r\n\r\n'],
  ])('The body %j is sent as %j, however it is divided', (text, wire) => {
    expect(encode([text]).text).toBe(wire);
    for (let at = 0; at <= text.length; at += 1) {
      expect(encode([text.slice(0, at), text.slice(at)]).text).toBe(wire);
    }
    expect(encode([...text]).text).toBe(wire);
  });

  it('A body never contains the end of a message, and can be decoded to what it was', () => {
    const bytes = fc.array(
      fc.uint8Array({ maxLength: 90 }).map((chunk) =>
        // Mostly the few bytes that matter.
        chunk.map((byte) => [0x0d, 0x0a, 0x2e, 0x61][byte % 5] ?? byte),
      ),
    );
    fc.assert(
      fc.property(bytes, (chunks) => {
        const { text, blocks } = encode(chunks);
        const sent = Buffer.concat(chunks).toString('latin1');
        const normal = sent.replace(/\r\n|\r|\n/g, '\r\n');
        const whole = normal.endsWith('\r\n') ? normal : `${normal}\r\n`;
        expect(`\r\n${text}`).not.toMatch(/[\r\n]\.[\r\n]/);
        expect(text).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
        expect(unstuff(text.replaceAll('\r\n', '\n'))).toBe(whole.replaceAll('\r\n', '\n'));
        for (const block of blocks) expect(block.length).toBeLessThanOrEqual(64);
      }),
      { numRuns: 500 },
    );
  });

  it('A wire-ready body is copied unchanged', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 200 })), (chunks) => {
        const safe = [...chunks, 'end\r\n'];
        const { text, blocks } = encode(safe, true);
        expect(text).toBe(Buffer.from(safe.join('')).toString('latin1'));
        for (const block of blocks) expect(block.length).toBeLessThanOrEqual(64);
      }),
    );
    expect(encode(['no end'], true).text).toBe('no end\r\n');
  });

  it('Placeholders are filled, wherever blocks end', () => {
    const before = fc.integer({ min: 0, max: 80 });
    const open = fc.array(before, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(open, { maxLength: 4 }), fc.boolean(), (shapes, isWireReady) => {
        const content = shapes.map((gaps) => {
          const text = gaps.map((gap) => `${'x'.repeat(gap)}???`).join('');
          const placeholderOffsets = gaps.map(
            (_, at) =>
              text
                .split('???')
                .slice(0, at + 1)
                .join('???').length,
          );
          return { bytes: Buffer.from(text), placeholderOffsets };
        });
        const end = createSegment(Buffer.from('\r\n'));
        const message = {
          envelope: { from: '', to: '' },
          segments: [...content, end],
          isWireReady,
        };
        const fill = Buffer.from('ada');
        const { text, blocks } = encodeMessage({ ...message, placeholderValue: fill });
        expect(text).toBe(concatMessage({ ...message, placeholderValue: fill }).toString());
        expect(text).not.toContain('?');
        for (const block of blocks) expect(block.length).toBeLessThanOrEqual(64);
      }),
      { numRuns: 300 },
    );
  });
});
