/** A message of PostgreSQL's protocol 3 (“Frontend/Backend Protocol”, §55.7). */
export interface PgMessage {
  /** The type byte, such as `Q`; empty for what a client says first, which has none. */
  type: string;
  /** The whole message, as it came. */
  bytes: Buffer;
  /** What follows type and length. */
  body: Buffer;
}

const HEAD_BYTES = 5;

/** Cuts one direction of a connection into messages. */
export function createMessageParser({ begins }: { begins: 'untyped' | 'typed' }) {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = begins === 'untyped';
  return (chunk: Buffer): PgMessage[] => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: PgMessage[] = [];
    for (;;) {
      const typeBytes = isFirst ? 0 : 1;
      if (rest.length < HEAD_BYTES) return frames;
      const length = typeBytes + rest.readUInt32BE(typeBytes);
      if (rest.length < length) return frames;
      const bytes = rest.subarray(0, length);
      rest = rest.subarray(length);
      const type = isFirst ? '' : String.fromCharCode(bytes[0] ?? 0);
      frames.push({ type, bytes, body: bytes.subarray(typeBytes + 4) });
      isFirst = false;
    }
  };
}

/** The strings that a message begins with, each ended by a zero byte. */
export function readStrings(body: Buffer, count: number): string[] {
  const strings: string[] = [];
  for (let start = 0; strings.length < count; ) {
    const end = body.indexOf(0, start);
    if (end === -1) throw new RangeError('A message ends within a string.');
    strings.push(body.toString('utf8', start, end));
    start = end + 1;
  }
  return strings;
}
