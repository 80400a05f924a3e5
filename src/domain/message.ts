/** Bytes of a message. Readers share most of them, so nobody may write into any: what is a reader's own
 *  goes over the places left open where they are copied to. */
export interface Stretch {
  bytes: Buffer;
  /** Where the message's `fill` goes. */
  openAt: readonly number[];
}

/** A mail ready for a relay. */
export interface Message {
  envelope: { from: string; to: string };
  /** One behind the other they are the message, with CRLF lines and not dot-stuffed. */
  content: readonly Stretch[];
  /** Stands in every open place; as long as they are. */
  fill: Buffer;
  /** ASCII lines that end in CRLF, none of which begins with a dot: they go over the wire as they are. */
  isPlain: boolean;
}

/** Nothing, for messages without open places. */
export const NO_FILL: Buffer = Buffer.alloc(0);

/** `bytes` without open places. */
export function stretchOf(bytes: Buffer): Stretch {
  return { bytes, openAt: NOWHERE };
}

/** A message of these bytes, one behind the other. */
export function messageOf(
  envelope: Message['envelope'],
  bytes: readonly Buffer[],
  { isPlain = false } = {},
): Message {
  return { envelope, content: bytes.map(stretchOf), fill: NO_FILL, isPlain };
}

export const NOWHERE: readonly number[] = [];

/** Writes a stretch into `target`, which has room for it, from `at` on. */
export function writeStretch(
  { bytes, openAt }: Stretch,
  fill: Buffer,
  target: Buffer,
  at: number,
): void {
  target.set(bytes, at);
  for (let open = 0; open < openAt.length; open += 1) {
    const start = at + (openAt[open] as number);
    for (let byte = 0; byte < fill.length; byte += 1) target[start + byte] = fill[byte] as number;
  }
}

/** The bytes of a stretch, filled; the same buffer when nothing is open. */
export function filled(stretch: Stretch, fill: Buffer): Buffer {
  if (stretch.openAt.length === 0) return stretch.bytes;
  const target = Buffer.allocUnsafe(stretch.bytes.length);
  writeStretch(stretch, fill, target, 0);
  return target;
}

/** The whole of a message as one buffer. */
export function wholeMessage({ content, fill }: Pick<Message, 'content' | 'fill'>): Buffer {
  const parts = content.map((stretch) => filled(stretch, fill));
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : Buffer.concat(parts);
}

/** Length of a message in bytes, as SIZE counts it: before dot-stuffing (RFC 1870 §5). */
export function messageLength({ content }: Pick<Message, 'content'>): number {
  let length = 0;
  for (const { bytes } of content) length += bytes.length;
  return length;
}
