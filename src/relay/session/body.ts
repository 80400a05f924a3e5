import {
  fillSegment,
  type Message,
  NO_PLACEHOLDER_VALUE,
  type Segment,
  writeSegment,
} from '../../domain/smtp/message.ts';

/** Encodes messages, one after the other, as they are sent between DATA and the final dot. */
export interface BodyWriter {
  start(message: Message): void;
  /** The next bytes, valid until the next call. */
  nextBlock(): Buffer;
  /** Whether the last block was returned. */
  isDone(): boolean;
}

/** Large enough for a digest. A longer message is sent in several blocks. */
const BLOCK_BYTES = 128 * 1024;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const DOT = 0x2e;
/** Value of `lastByte` before the first byte. */
const NO_BYTE = -1;

/** A missing line feed, a stuffed dot, and the byte itself. */
const MAX_BYTES_PER_BYTE = 3;
/** A missing line end after the last byte. */
const LINE_END_BYTES = 2;

/**
 * A writer that copies all messages into one buffer: that is cheaper than giving the kernel a list
 * of many small chunks. Unless a message is wire-ready, dots are stuffed (RFC 5321 §4.5.2) and a
 * bare CR or LF becomes CRLF as §2.3.8 demands: a relay that accepts either as a line end could
 * otherwise see the message end early (SMTP smuggling).
 */
export function createBodyWriter(blockBytes = BLOCK_BYTES): BodyWriter {
  const block = Buffer.allocUnsafeSlow(blockBytes);
  let segments: readonly Segment[] = [];
  let placeholderValue = NO_PLACEHOLDER_VALUE;
  let isWireReady = false;
  let isDone = true;
  let segmentIndex = 0;
  let offset = 0;
  let blockLength = 0;
  /** The last byte of the message so far. */
  let lastByte = NO_BYTE;

  const copyBytes = (source: Buffer) => {
    const copied = source.copy(
      block,
      blockLength,
      offset,
      offset + blockBytes - LINE_END_BYTES - blockLength,
    );
    blockLength += copied;
    offset += copied;
    if (copied > 0) lastByte = source[offset - 1] ?? LINE_FEED;
  };

  const copyDotStuffed = (source: Buffer) => {
    while (
      offset < source.length &&
      blockLength <= blockBytes - LINE_END_BYTES - MAX_BYTES_PER_BYTE
    ) {
      const byte = source[offset] ?? 0;
      if (lastByte === CARRIAGE_RETURN && byte !== LINE_FEED) {
        block[blockLength++] = LINE_FEED;
        lastByte = LINE_FEED;
      } else if (byte === LINE_FEED && lastByte !== CARRIAGE_RETURN) {
        block[blockLength++] = CARRIAGE_RETURN;
      }
      if (byte === DOT && (lastByte === LINE_FEED || lastByte === NO_BYTE))
        block[blockLength++] = DOT;
      block[blockLength++] = byte;
      lastByte = byte;
      offset += 1;
    }
  };

  const endLine = () => {
    if (lastByte === LINE_FEED) return;
    if (lastByte !== CARRIAGE_RETURN) block[blockLength++] = CARRIAGE_RETURN;
    block[blockLength++] = LINE_FEED;
  };

  /** Adds as much of `segment` as fits. Returns whether that is all of it. */
  const addSegment = (segment: Segment): boolean => {
    const { bytes } = segment;
    if (isWireReady && offset === 0 && bytes.length <= blockBytes - LINE_END_BYTES - blockLength) {
      writeSegment(segment, placeholderValue, block, blockLength);
      blockLength += bytes.length;
      if (bytes.length > 0) lastByte = block[blockLength - 1] ?? LINE_FEED;
      return true;
    }
    (isWireReady ? copyBytes : copyDotStuffed)(fillSegment(segment, placeholderValue));
    return offset === bytes.length;
  };

  return {
    start: (message) => {
      ({ segments, placeholderValue, isWireReady } = message);
      isDone = false;
      segmentIndex = 0;
      offset = 0;
      lastByte = NO_BYTE;
    },
    nextBlock: () => {
      blockLength = 0;
      for (let next = segments[segmentIndex]; next !== undefined; next = segments[segmentIndex]) {
        if (!addSegment(next)) return block.subarray(0, blockLength);
        segmentIndex += 1;
        offset = 0;
      }
      endLine();
      isDone = true;
      segments = [];
      return block.subarray(0, blockLength);
    },
    isDone: () => isDone,
  };
}
