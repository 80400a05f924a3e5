import type { Readable } from 'node:stream';
import { PaperboyError } from '../domain/errors.ts';
import { codeOf } from './errors.ts';
import type { SendFrame } from './frame-writer.ts';
import {
  aboutStream,
  FRAME,
  type Frame,
  MAX_CHUNK_BYTES,
  STDIN_STREAM,
  streamOf,
} from './frames.ts';
import type { CommandIo } from './io.ts';

/** What a caller may be asked to read. */
export interface InputSources {
  /** Answers a `pull`; obeys `open` and `close`. Other frames are left alone. */
  receive(frame: Frame): void;
  close(): void;
}

/** Reads standard input and files for a command that runs elsewhere, one chunk for each `pull`.
 *  Only files that the user named on the command line are opened. */
export function inputSources(args: {
  io: CommandIo;
  argv: readonly string[];
  send: SendFrame;
}): InputSources {
  const { io, argv, send } = args;
  const sources = new Map<number, Source>();

  const openFile = (path: string): Source =>
    isNamed(path, argv) ? sourceFrom(io.openFile(path)) : failingSource(path);
  const find = (stream: number): Source | undefined => {
    if (stream === STDIN_STREAM && !sources.has(stream)) sources.set(stream, sourceFrom(io.stdin));
    return sources.get(stream);
  };
  const close = (stream: number): void => {
    sources.get(stream)?.close();
    sources.delete(stream);
  };

  return {
    receive({ type, payload }) {
      if (type !== FRAME.open && type !== FRAME.pull && type !== FRAME.close) return;
      const { stream, rest } = streamOf(payload);
      if (type === FRAME.open) sources.set(stream, openFile(rest.toString('utf8')));
      else if (type === FRAME.close) close(stream);
      else void sendNext(send, stream, find(stream));
    },
    close() {
      for (const stream of sources.keys()) close(stream);
    },
  };
}

async function sendNext(
  send: SendFrame,
  stream: number,
  source: Source | undefined,
): Promise<void> {
  try {
    const chunk = await source?.next();
    await (chunk
      ? send(FRAME.data, aboutStream(stream, chunk))
      : send(FRAME.end, aboutStream(stream)));
  } catch (error) {
    await send(FRAME.fail, aboutStream(stream, describe(error)));
  }
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return JSON.stringify({ code: codeOf(error) ?? 'INPUT_UNREADABLE', message });
}

interface Source {
  /** At most `MAX_CHUNK_BYTES`; null at the end. */
  next(): Promise<Uint8Array | null>;
  close(): void;
}

function sourceFrom(readable: Readable): Source {
  const chunks = readable[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  return {
    async next() {
      while (rest.length === 0) {
        const { done, value } = await chunks.next();
        if (done) return null;
        rest = Buffer.from(value as Uint8Array | string);
      }
      const chunk = rest.subarray(0, MAX_CHUNK_BYTES);
      rest = rest.subarray(MAX_CHUNK_BYTES);
      return chunk;
    },
    close() {
      // Also ends a wait for input that nobody will give, which would keep the process alive.
      readable.on('error', () => undefined);
      readable.destroy();
    },
  };
}

function failingSource(path: string): Source {
  return {
    next: () =>
      Promise.reject(
        new PaperboyError('FILE_NOT_NAMED', `${path} does not stand on the command line`),
      ),
    close: () => undefined,
  };
}

function isNamed(path: string, argv: readonly string[]): boolean {
  return argv.some((word) => word === path || word.endsWith(`=${path}`));
}
