import { filled, type Message, NO_FILL, type Stretch, writeStretch } from '../domain/message.ts';

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
const NOTHING_YET = -1;

/** What one byte may become: a line feed that was missing, a dot of stuffing and the byte. */
const MOST_FOR_ONE = 3;
/** A line end that was missing behind the last byte. */
const ROOM_AT_END = 2;

/**
 * A writer with one buffer of its own that serves for all messages: a copy is cheaper than a list of
 * many small pieces for the kernel. Unless the message says that it is safe, dots are stuffed (RFC 5321
 * §4.5.2) and bare CR and LF become CRLF, which §2.3.8 demands: a relay that takes either for
 * a line's end would else see the message end early.
 */
export function createBodyWriter(blockBytes = BLOCK_BYTES): BodyWriter {
  const block = Buffer.allocUnsafeSlow(blockBytes);
  let content: readonly Stretch[] = [];
  let fill = NO_FILL;
  let isPlain = false;
  let isDone = true;
  let place = 0;
  let offset = 0;
  let length = 0;
  /** The last byte of the message so far. */
  let last = NOTHING_YET;

  const copy = (piece: Buffer) => {
    const copied = piece.copy(block, length, offset, offset + blockBytes - ROOM_AT_END - length);
    length += copied;
    offset += copied;
    if (copied > 0) last = piece[offset - 1] ?? LINE_FEED;
  };

  const stuff = (piece: Buffer) => {
    while (offset < piece.length && length <= blockBytes - ROOM_AT_END - MOST_FOR_ONE) {
      const byte = piece[offset] ?? 0;
      if (last === CARRIAGE_RETURN && byte !== LINE_FEED) {
        block[length++] = LINE_FEED;
        last = LINE_FEED;
      } else if (byte === LINE_FEED && last !== CARRIAGE_RETURN) {
        block[length++] = CARRIAGE_RETURN;
      }
      if (byte === DOT && (last === LINE_FEED || last === NOTHING_YET)) block[length++] = DOT;
      block[length++] = byte;
      last = byte;
      offset += 1;
    }
  };

  const endLine = () => {
    if (last === LINE_FEED) return;
    if (last !== CARRIAGE_RETURN) block[length++] = CARRIAGE_RETURN;
    block[length++] = LINE_FEED;
  };

  /** Adds what there is room for. Returns whether that is the whole stretch. */
  const add = (stretch: Stretch): boolean => {
    const { bytes } = stretch;
    if (isPlain && offset === 0 && bytes.length <= blockBytes - ROOM_AT_END - length) {
      writeStretch(stretch, fill, block, length);
      length += bytes.length;
      if (bytes.length > 0) last = block[length - 1] ?? LINE_FEED;
      return true;
    }
    (isPlain ? copy : stuff)(filled(stretch, fill));
    return offset === bytes.length;
  };

  return {
    start: (message) => {
      ({ content, fill, isPlain } = message);
      isDone = false;
      place = 0;
      offset = 0;
      last = NOTHING_YET;
    },
    nextBlock: () => {
      length = 0;
      for (let next = content[place]; next !== undefined; next = content[place]) {
        if (!add(next)) return block.subarray(0, length);
        place += 1;
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
