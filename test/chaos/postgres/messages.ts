/** A message of PostgreSQL's protocol 3 (“Frontend/Backend Protocol”, §55.7). */
export interface PgMessage {
  /** The type byte, such as `Q`; empty for the first message of a client, which has none. */
  type: string;
  /** The whole message. */
  bytes: Buffer;
  /** The bytes after type and length. */
  body: Buffer;
}

const HEAD_BYTES = 5;

/** Splits one direction of a connection into messages. */
export function createMessageParser({ firstMessage }: { firstMessage: 'untyped' | 'typed' }) {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = firstMessage === 'untyped';
  return (chunk: Buffer): PgMessage[] => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const messages: PgMessage[] = [];
    for (;;) {
      const typeBytes = isFirst ? 0 : 1;
      if (rest.length < HEAD_BYTES) return messages;
      const length = typeBytes + rest.readUInt32BE(typeBytes);
      if (rest.length < length) return messages;
      const bytes = rest.subarray(0, length);
      rest = rest.subarray(length);
      const type = isFirst ? '' : String.fromCharCode(bytes[0] ?? 0);
      messages.push({ type, bytes, body: bytes.subarray(typeBytes + 4) });
      isFirst = false;
    }
  };
}

/** The first `count` strings of a message, each terminated by a zero byte. */
export function readStrings(body: Buffer, count: number): string[] {
  const strings: string[] = [];
  for (let start = 0; strings.length < count; ) {
    const end = body.indexOf(0, start);
    if (end === -1) throw new RangeError('A message ends inside a string.');
    strings.push(body.toString('utf8', start, end));
    start = end + 1;
  }
  return strings;
}
