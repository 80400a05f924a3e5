import { describe, expect, it } from 'vitest';
import { createMessageIds } from '../../../src/mail/encoding/message-id.ts';

const DOMAIN = 'papers.example.org';

describe('createMessageIds', () => {
  const messageIds = createMessageIds(Buffer.from('key'), DOMAIN);
  const delivery = { kind: 'delivery', digestId: 7, subscriberId: 11 } as const;

  it('A Message-ID fits the header and is the same for every attempt', () => {
    const id = messageIds.of(delivery);
    expect(id).toMatch(/^<[0-9a-f]{32}@papers\.example\.org>$/);
    expect(messageIds.of(delivery)).toBe(id);
  });

  it('Deliveries in one call have the Message-IDs of single ones', () => {
    expect(messageIds.ofDeliveries(7, [12, 11])).toEqual([
      messageIds.of({ ...delivery, subscriberId: 12 }),
      messageIds.of(delivery),
    ]);
    expect(messageIds.ofDeliveries(7, [])).toEqual([]);
  });

  it('A Message-ID stays the same in later versions', () => {
    expect(messageIds.of(delivery)).toBe('<318bfcbe74a9007b01ffc6a7bf20f34d@papers.example.org>');
  });

  it('Each message has its own Message-ID, and another under another key', () => {
    const ids = [
      messageIds.of(delivery),
      messageIds.of({ ...delivery, subscriberId: 12 }),
      messageIds.of({ ...delivery, digestId: 71, subscriberId: 1 }),
      messageIds.of({ kind: 'transactional', emailId: 11 }),
      messageIds.of({ kind: 'alert', incidentId: 11, isOver: false }),
      messageIds.of({ kind: 'alert', incidentId: 11, isOver: true }),
      createMessageIds(Buffer.from('other'), DOMAIN).of(delivery),
    ];
    expect(new Set(ids).size).toBe(7);
  });

  it('A number over six bytes is refused', () => {
    expect(() => messageIds.of({ ...delivery, subscriberId: 2 ** 48 })).toThrow(RangeError);
  });
});
