import { PaperboyError } from '../domain/errors.ts';

/**
 * What caller and server of a command say to each other: type (1 byte), length of the payload
 * (4 bytes, big-endian), payload. Input flows only when asked for: one `pull`, one `data`, `end`
 * or `fail`. So the server reads its socket at any time, hears an `abort` behind any amount of
 * input, and holds at most one chunk of each stream.
 */
export const FRAME = {
  /** Caller: the command, as JSON. Always first, exactly once. */
  request: 1,
  /** Caller: stream number (4 bytes) and bytes. */
  data: 2,
  /** Caller: stream number; it has no more bytes. */
  end: 3,
  /** Caller: stream number and `{code, message}` as JSON; it cannot be read. */
  fail: 4,
  /** Caller: the user wants the command to stop. */
  abort: 5,
  /** Server: the command is about to run. Before it, nothing has happened. */
  accepted: 16,
  /** Server: the command will not run; the payload is the message. */
  refused: 17,
  stdout: 18,
  stderr: 19,
  /** Server: stream number and the path of the file that it shall be. */
  open: 20,
  /** Server: stream number; one more chunk, please. */
  pull: 21,
  /** Server: stream number; no more of it is needed. */
  close: 22,
  /** Server: the exit code (4 bytes). Always last. */
  exit: 23,
} as const;

export interface Frame {
  type: number;
  payload: Buffer;
}

/** Number of standard input among the streams; files count from 1. */
export const STDIN_STREAM = 0;

/** Most bytes of a stream or of output in one frame. */
export const MAX_CHUNK_BYTES = 64 * 1024;

/** Most bytes in a payload; leaves room for the longest request. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;

const HEADER_BYTES = 5;

/** A frame as it goes over the socket: type, length of the payload, payload. */
export function encodeFrame(type: number, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  frame.writeUInt8(type, 0);
  frame.writeUInt32BE(payload.length, 1);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

/** Takes bytes as they arrive and returns the frames that they complete. Holds less than one
 *  frame; throws `BAD_FRAME` on a length beyond `MAX_PAYLOAD_BYTES`. */
export function frameDecoder(): (chunk: Buffer) => Frame[] {
  let parts: Buffer[] = [];
  let length = 0;
  let needed = HEADER_BYTES;

  return (chunk) => {
    parts.push(chunk);
    length += chunk.length;
    if (length < needed) return [];
    const bytes = Buffer.concat(parts, length);
    const frames: Frame[] = [];
    let start = 0;
    for (;;) {
      needed = neededFrom(bytes, start);
      if (bytes.length - start < needed) break;
      frames.push({
        type: bytes.readUInt8(start),
        payload: bytes.subarray(start + HEADER_BYTES, start + needed),
      });
      start += needed;
    }
    parts = [bytes.subarray(start)];
    length = bytes.length - start;
    return frames;
  };
}

function neededFrom(bytes: Buffer, start: number): number {
  if (bytes.length - start < HEADER_BYTES) return HEADER_BYTES;
  const length = bytes.readUInt32BE(start + 1);
  if (length > MAX_PAYLOAD_BYTES) {
    throw badFrame(`a payload of ${length} bytes, at most ${MAX_PAYLOAD_BYTES} were expected`);
  }
  return HEADER_BYTES + length;
}

/** The payload of a frame about one stream. */
export function aboutStream(stream: number, rest: Uint8Array | string = ''): Buffer {
  const bytes = typeof rest === 'string' ? Buffer.from(rest) : rest;
  const payload = Buffer.allocUnsafe(4 + bytes.length);
  payload.writeUInt32BE(stream, 0);
  payload.set(bytes, 4);
  return payload;
}

/** Takes the payload of a frame about one stream apart; throws `BAD_FRAME` when it is too short. */
export function streamOf(payload: Buffer): { stream: number; rest: Buffer } {
  return { stream: numberOf(payload), rest: payload.subarray(4) };
}

/** The number with which a payload begins; throws `BAD_FRAME` when it is too short. */
export function numberOf(payload: Buffer): number {
  if (payload.length < 4) throw badFrame(`a payload of ${payload.length} bytes, 4 were expected`);
  return payload.readUInt32BE(0);
}

/** The object in a JSON payload; throws `BAD_FRAME` for anything else. */
export function objectOf(payload: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    throw badFrame('a payload that is not JSON', { cause: error });
  }
  throw badFrame('a payload that is not an object');
}

/** The error for bytes that are no frame; `what` was received. */
export function badFrame(what: string, options?: { cause: unknown }): Error {
  return new PaperboyError('BAD_FRAME', `The control socket received ${what}.`, options);
}
