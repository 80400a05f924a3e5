import { describe, expect, it } from 'vitest';
import { createMessageIds } from '../../../src/mail/encoding/message-id.ts';

const DOMAIN = 'papers.example.org';

describe('createMessageIds', () => {
  const messageIds = createMessageIds(Buffer.from('key'), DOMAIN);
  const delivery = { kind: 'delivery', digestId: 7, subscriberId: 11 } as const;

  it('A Message-ID fits the header and is the same for every attempt', () => {
    const id = messageIds(delivery);
    expect(id).toMatch(/^<[0-9a-f]{32}@papers\.example\.org>$/);
    expect(messageIds(delivery)).toBe(id);
  });

  it('Each message has its own Message-ID, and another under another key', () => {
    const ids = [
      messageIds(delivery),
      messageIds({ ...delivery, subscriberId: 12 }),
      messageIds({ ...delivery, digestId: 71, subscriberId: 1 }),
      messageIds({ kind: 'transactional', emailId: 11 }),
      messageIds({ kind: 'alert', incidentId: 11, isOver: false }),
      messageIds({ kind: 'alert', incidentId: 11, isOver: true }),
      createMessageIds(Buffer.from('other'), DOMAIN)(delivery),
    ];
    expect(new Set(ids).size).toBe(7);
  });

  it('A number over six bytes is refused', () => {
    expect(() => messageIds({ ...delivery, subscriberId: 2 ** 48 })).toThrow(RangeError);
  });
});
