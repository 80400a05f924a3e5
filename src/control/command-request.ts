import { PaperboyError } from '../domain/errors.ts';
import { badFrame, FRAME, type Frame, MAX_PAYLOAD_BYTES, objectOf } from './frames.ts';
import type { Terminal } from './remote-io.ts';

/** A command line to run in another process. */
export interface CommandRequest {
  /** The words after `paperboy`. */
  argv: string[];
  /** The caller's version of Paperboy; only the same version runs it. */
  version: string;
}

/** Throws `COMMAND_TOO_LONG` when the words do not fit into a frame. */
export function encodeRequest(request: CommandRequest, terminal: Terminal): Buffer {
  const payload = Buffer.from(JSON.stringify({ ...request, ...terminal }));
  if (payload.length <= MAX_PAYLOAD_BYTES) return payload;
  throw new PaperboyError(
    'COMMAND_TOO_LONG',
    `The command has ${payload.length} bytes of arguments, at most ${MAX_PAYLOAD_BYTES} were expected: put them into a file.`,
  );
}

/** Throws `BAD_FRAME` for anything but a whole request. */
export function decodeRequest(frame: Frame): { request: CommandRequest; terminal: Terminal } {
  if (frame.type !== FRAME.request)
    throw badFrame(`a frame of type ${frame.type} before a request`);
  const { argv, version, isTerminal, columns } = objectOf(frame.payload);
  if (
    !isStrings(argv) ||
    typeof version !== 'string' ||
    typeof isTerminal !== 'boolean' ||
    typeof columns !== 'number'
  ) {
    throw badFrame('a request without argv, version, isTerminal or columns');
  }
  return { request: { argv, version }, terminal: { isTerminal, columns } };
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
