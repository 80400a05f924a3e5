import { createCipheriv, createHash } from 'node:crypto';

/** The message that a Message-ID belongs to. */
type MessageSubject =
  | { kind: 'delivery'; digestId: number; subscriberId: number }
  | { kind: 'transactional'; emailId: number }
  | { kind: 'alert'; incidentId: number; isOver: boolean };

/** The Message-ID of a message, with its angle brackets. */
export type MessageIds = (subject: MessageSubject) => string;

/** Numbers in the place of a digest's id that no digest has: the lowest and the highest of six
 *  bytes. */
const TRANSACTIONAL_MARK = 0;
const ALERT_MARK = 2 ** 48 - 1;

/**
 * Message-IDs below `domain`. They are the same for every attempt, so that receivers recognise a
 * repetition, and reveal nothing without `key`. One block of AES takes a tenth of the time of a
 * keyed hash.
 */
export function createMessageIds(key: Buffer, domain: string): MessageIds {
  const blockKey = createHash('sha256').update('paperboy message id\n').update(key).digest();
  const cipher = createCipheriv('aes-256-ecb', blockKey, null).setAutoPadding(false);
  const block = Buffer.alloc(16);
  return (subject) => {
    const [first, second] = toNumbers(subject);
    block.writeUIntBE(first, 0, 6);
    block.writeUIntBE(second, 6, 6);
    return `<${cipher.update(block).toString('hex')}@${domain}>`;
  };
}

function toNumbers(subject: MessageSubject): [number, number] {
  switch (subject.kind) {
    case 'delivery':
      return [subject.digestId, subject.subscriberId];
    case 'transactional':
      return [TRANSACTIONAL_MARK, subject.emailId];
    case 'alert':
      return [ALERT_MARK, 2 * subject.incidentId + (subject.isOver ? 1 : 0)];
  }
}
