/** Bytes of a message. Messages share most segments, so they must not be written to: each reader's
 *  own values are filled in after a segment has been copied. */
export interface Segment {
  bytes: Buffer;
  /** Where the message's `fill` goes. */
  placeholderOffsets: readonly number[];
}

/** A message that a relay can send. */
export interface Message {
  envelope: { from: string; to: string };
  /** Joined, they are the message, with CRLF lines and without dot-stuffing. */
  segments: readonly Segment[];
  /** The value of every placeholder, of the same length. */
  placeholderValue: Buffer;
  /** ASCII lines that end in CRLF, none of which begins with a dot: they go over the wire as they
   *  are. */
  isWireReady: boolean;
}

/** For messages without placeholders. */
export const NO_PLACEHOLDER_VALUE: Buffer = Buffer.alloc(0);

/** A segment without placeholders. */
export function createSegment(bytes: Buffer): Segment {
  return { bytes, placeholderOffsets: NO_PLACEHOLDERS };
}

/** A message of these bytes, joined. */
export function createMessage(
  envelope: Message['envelope'],
  bytes: readonly Buffer[],
  { isWireReady = false } = {},
): Message {
  return {
    envelope,
    segments: bytes.map(createSegment),
    placeholderValue: NO_PLACEHOLDER_VALUE,
    isWireReady,
  };
}

export const NO_PLACEHOLDERS: readonly number[] = [];

/** Writes a segment with its placeholders filled into `target`, from `offset` on. */
export function writeSegment(
  { bytes, placeholderOffsets }: Segment,
  placeholderValue: Buffer,
  target: Buffer,
  offset: number,
): void {
  target.set(bytes, offset);
  for (let index = 0; index < placeholderOffsets.length; index += 1)
    target.set(placeholderValue, offset + (placeholderOffsets[index] as number));
}

/** The bytes of a segment with its placeholders filled; the same buffer when there are none. */
export function fillSegment(segment: Segment, placeholderValue: Buffer): Buffer {
  if (segment.placeholderOffsets.length === 0) return segment.bytes;
  const target = Buffer.allocUnsafe(segment.bytes.length);
  writeSegment(segment, placeholderValue, target, 0);
  return target;
}

/** The whole message as one buffer. */
export function concatMessage({
  segments,
  placeholderValue,
}: Pick<Message, 'segments' | 'placeholderValue'>): Buffer {
  const buffers = segments.map((segment) => fillSegment(segment, placeholderValue));
  const [only] = buffers;
  return only !== undefined && buffers.length === 1 ? only : Buffer.concat(buffers);
}

/** Length of a message in bytes, as SIZE counts it: before dot-stuffing (RFC 1870 §5). */
export function getMessageSizeBytes({ segments }: Pick<Message, 'segments'>): number {
  let length = 0;
  for (const { bytes } of segments) length += bytes.length;
  return length;
}
