import {
  fillSegment,
  type Message,
  NO_PLACEHOLDER_VALUE,
  type Segment,
  writeSegment,
} from '../domain/smtp/message.ts';

/** Turns one message after the other into what goes over the wire between DATA and the dot. */
export interface BodyWriter {
  start(message: Message): void;
  /** The next bytes, good until the next call. */
  nextBlock(): Buffer;
  /** Whether the last block was handed out. */
  isDone(): boolean;
}

/** Room for a digest; a longer message goes out in several blocks. */
const BLOCK_BYTES = 128 * 1024;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const DOT = 0x2e;
/** No byte at all. */
const NO_BYTE = -1;

/** What one byte may become: a line feed that was missing, a dot of stuffing and the byte. */
const MAX_BYTES_PER_BYTE = 3;
/** A line end that was missing behind the last byte. */
const LINE_END_BYTES = 2;

/**
 * A writer with one buffer of its own that serves for all messages: a copy is cheaper than a list of
 * many small pieces for the kernel. Unless the message says that it is safe, dots are stuffed (RFC 5321
 * §4.5.2) and bare CR and LF become CRLF, which §2.3.8 demands: a relay that takes either for
 * a line's end would else see the message end early.
 */
export function createBodyWriter(blockBytes = BLOCK_BYTES): BodyWriter {
  const block = Buffer.allocUnsafeSlow(blockBytes);
  let content: readonly Segment[] = [];
  let fill = NO_PLACEHOLDER_VALUE;
  let isPlain = false;
  let isDone = true;
  let segmentIndex = 0;
  let offset = 0;
  let length = 0;
  /** The last byte of the message so far. */
  let lastByte = NO_BYTE;

  const copyBytes = (source: Buffer) => {
    const copied = source.copy(
      block,
      length,
      offset,
      offset + blockBytes - LINE_END_BYTES - length,
    );
    length += copied;
    offset += copied;
    if (copied > 0) lastByte = source[offset - 1] ?? LINE_FEED;
  };

  const copyDotStuffed = (source: Buffer) => {
    while (offset < source.length && length <= blockBytes - LINE_END_BYTES - MAX_BYTES_PER_BYTE) {
      const byte = source[offset] ?? 0;
      if (lastByte === CARRIAGE_RETURN && byte !== LINE_FEED) {
        block[length++] = LINE_FEED;
        lastByte = LINE_FEED;
      } else if (byte === LINE_FEED && lastByte !== CARRIAGE_RETURN) {
        block[length++] = CARRIAGE_RETURN;
      }
      if (byte === DOT && (lastByte === LINE_FEED || lastByte === NO_BYTE)) block[length++] = DOT;
      block[length++] = byte;
      lastByte = byte;
      offset += 1;
    }
  };

  const endLine = () => {
    if (lastByte === LINE_FEED) return;
    if (lastByte !== CARRIAGE_RETURN) block[length++] = CARRIAGE_RETURN;
    block[length++] = LINE_FEED;
  };

  /** Adds what there is room for. Returns whether that is the whole stretch. */
  const addSegment = (segment: Segment): boolean => {
    const { bytes } = segment;
    if (isPlain && offset === 0 && bytes.length <= blockBytes - LINE_END_BYTES - length) {
      writeSegment(segment, fill, block, length);
      length += bytes.length;
      if (bytes.length > 0) lastByte = block[length - 1] ?? LINE_FEED;
      return true;
    }
    (isPlain ? copyBytes : copyDotStuffed)(fillSegment(segment, fill));
    return offset === bytes.length;
  };

  return {
    start: (message) => {
      ({ segments: content, placeholderValue: fill, isWireReady: isPlain } = message);
      isDone = false;
      segmentIndex = 0;
      offset = 0;
      lastByte = NO_BYTE;
    },
    nextBlock: () => {
      length = 0;
      for (let next = content[segmentIndex]; next !== undefined; next = content[segmentIndex]) {
        if (!addSegment(next)) return block.subarray(0, length);
        segmentIndex += 1;
        offset = 0;
      }
      endLine();
      isDone = true;
      content = [];
      return block.subarray(0, length);
    },
    isDone: () => isDone,
  };
}
