import { addAbortSignal, Readable } from 'node:stream';
import { PaperboyError } from '../domain/errors.ts';
import type { SendFrame } from './frame-writer.ts';
import {
  aboutStream,
  badFrame,
  FRAME,
  type Frame,
  MAX_CHUNK_BYTES,
  objectOf,
  streamOf,
} from './frames.ts';
import type { CommandIo, TextSink } from './io.ts';

export interface RemoteIo {
  io: CommandIo;
  /** Takes what the caller answered about a stream. Throws `BAD_FRAME` for what was never asked. */
  receive(frame: Frame): void;
}

/** The caller's terminal. */
export interface Terminal {
  isTerminal: boolean;
  columns: number;
}

/** A `CommandIo` whose other end is the caller of a command, across the control socket. */
export function remoteIo(args: {
  send: SendFrame;
  terminal: Terminal;
  signal: AbortSignal;
}): RemoteIo {
  const { send, terminal, signal } = args;
  /** By stream number; standard input is the first. */
  const inputs: RemoteInput[] = [];

  const open = (path?: string): Readable => {
    const stream = inputs.length;
    const state = { isOpen: false, isPulled: false };
    const readable = inputStream(signal, {
      pull() {
        if (path !== undefined && !state.isOpen) send(FRAME.open, aboutStream(stream, path));
        state.isOpen = true;
        state.isPulled = true;
        send(FRAME.pull, aboutStream(stream));
      },
      close() {
        if (state.isOpen) send(FRAME.close, aboutStream(stream));
      },
    });
    inputs.push({ readable, state });
    return readable;
  };

  return {
    io: {
      stdin: open(),
      stdout: remoteSink(send, FRAME.stdout),
      stderr: remoteSink(send, FRAME.stderr),
      ...terminal,
      signal,
      openFile: open,
    },
    receive: ({ type, payload }) => {
      const { stream, rest } = streamOf(payload);
      const input = inputs[stream];
      if (!input?.state.isPulled) {
        throw badFrame(`input for stream ${stream} that nobody asked for`);
      }
      input.state.isPulled = false;
      answer(input.readable, type, rest);
    },
  };
}

interface RemoteInput {
  readable: Readable;
  state: {
    /** Whether the caller knows of the stream. */
    isOpen: boolean;
    /** Whether an answer to a pull is on its way; it may come after the stream was destroyed. */
    isPulled: boolean;
  };
}

function inputStream(signal: AbortSignal, on: { pull(): void; close(): void }): Readable {
  const readable = new Readable({
    highWaterMark: MAX_CHUNK_BYTES,
    read: on.pull,
    destroy(error, callback) {
      on.close();
      callback(error);
    },
  });
  // Who reads meets the error there; a command that does not read must not end the process by it.
  readable.on('error', () => undefined);
  return addAbortSignal(signal, readable);
}

function answer(readable: Readable, type: number, rest: Buffer): void {
  if (readable.destroyed) return;
  if (type === FRAME.data) readable.push(rest);
  else if (type === FRAME.end) readable.push(null);
  else readable.destroy(callersError(rest));
}

function callersError(payload: Buffer): Error {
  const { code, message } = objectOf(payload);
  const isNamed = code === 'FILE_UNREADABLE' || code === 'FILE_NOT_NAMED';
  return new PaperboyError(isNamed ? code : 'INPUT_UNREADABLE', String(message));
}

function remoteSink(send: SendFrame, type: number): TextSink {
  return {
    async write(text) {
      const bytes = Buffer.from(text);
      for (let start = 0; start < bytes.length; start += MAX_CHUNK_BYTES) {
        await send(type, bytes.subarray(start, start + MAX_CHUNK_BYTES));
      }
    },
  };
}
