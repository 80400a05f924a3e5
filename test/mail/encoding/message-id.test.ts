import { describe, expect, it } from 'vitest';
import { createMessageIds } from '../../../src/mail/encoding/message-id.ts';

const DOMAIN = 'papers.example.org';

describe('A Message-ID', () => {
  const messageIds = createMessageIds(Buffer.from('key'), DOMAIN);

  it('is stable, differs per reader, digest and key, and fits the header', () => {
    const id = messageIds(7, 11);
    expect(id).toMatch(/^<[0-9a-f]{32}@papers\.example\.org>$/);
    expect(messageIds(7, 11)).toBe(id);
    const others = [
      messageIds(7, 12),
      messageIds(71, 1),
      createMessageIds(Buffer.from('other'), DOMAIN)(7, 11),
    ];
    expect(new Set([id, ...others]).size).toBe(4);
  });

  it('refuses a number that it has no room for', () => {
    expect(() => messageIds(7, 2 ** 48)).toThrow(RangeError);
  });
});
