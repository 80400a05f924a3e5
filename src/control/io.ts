import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { addAbortSignal, Readable, type Writable } from 'node:stream';
import { PaperboyError } from '../domain/errors.ts';
import { truncate } from '../domain/text/truncate.ts';
import { getErrorCode } from './error-code.ts';

/** A command's input and output: of its own process or, over the control socket, of its caller. */
export interface CommandIo {
  /** Read from the caller only when the command reads it. */
  stdin: Readable;
  stdout: TextSink;
  stderr: TextSink;
  /** Whether standard error is a terminal, so that progress may be shown. */
  isTerminal: boolean;
  /** Width of the terminal, in characters. */
  columns: number;
  /** Aborted when the caller interrupts the command or leaves. */
  signal: AbortSignal;
  /** The bytes of a file on the caller's side, relative to its working folder and with its rights.
   *  The file is opened at the first read, which fails with `FILE_UNREADABLE` when that is not
   *  possible. */
  openFile(path: string): Readable;
}

interface TextSink {
  /** Resolves when more may be written, and never rejects: once the other end is closed, output is
   *  dropped and the command's signal is aborted. */
  write(text: string): Promise<void>;
}

/** The streams and values of a process from which `createCommandIo` makes a `CommandIo`. */
export interface ProcessStreams
  extends Pick<CommandIo, 'stdin' | 'isTerminal' | 'columns' | 'signal'> {
  stdout: Writable;
  stderr: Writable;
  /** The working folder, to which file arguments are relative. */
  cwd: string;
}

/** The `CommandIo` of a command that runs in its own process. */
export function createCommandIo(parts: ProcessStreams): CommandIo {
  const readerGone = new AbortController();
  const signal = AbortSignal.any([parts.signal, readerGone.signal]);
  return {
    stdin: endOnAbort(signal, parts.stdin),
    stdout: createTextSink(parts.stdout, () => readerGone.abort()),
    stderr: createTextSink(parts.stderr, () => undefined),
    isTerminal: parts.isTerminal,
    columns: parts.columns,
    signal,
    openFile: (path) => openFile(path, { cwd: parts.cwd, signal }),
  };
}

/** The stream, which fails when the signal aborts: an interrupted command waits for no input. */
function endOnAbort(signal: AbortSignal, stream: Readable): Readable {
  // Whoever reads the stream gets the error; while nobody does, it must not end the process.
  stream.on('error', () => undefined);
  return addAbortSignal(signal, stream);
}

function createTextSink(stream: Writable, onGone: () => void): TextSink {
  stream.on('error', onGone);
  return {
    write: (text) => new Promise((resolve) => void stream.write(text, () => resolve())),
  };
}

interface Place {
  cwd: string;
  signal: AbortSignal;
}

function openFile(path: string, place: Place): Readable {
  const stream = Readable.from(chunksOf(path, place), { objectMode: false });
  stream.on('error', () => undefined);
  return stream;
}

async function* chunksOf(path: string, { cwd, signal }: Place): AsyncGenerator<Buffer> {
  if (path.trim() === '' || path.includes('\0')) throw unreadable(path, NO_NAME);
  try {
    yield* createReadStream(resolve(cwd, path), { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw unreadable(path, reasonOf(error), error);
  }
}

const NO_NAME = 'expected the name of a file, or - for standard input';

const MAX_SHOWN = 200;

function unreadable(path: string, reason: string, cause?: unknown): PaperboyError {
  const name = path.replace(/\p{Cc}+/gu, ' ').trim();
  const shown = truncate(name, MAX_SHOWN) || '“”';
  return new PaperboyError('FILE_UNREADABLE', `Cannot read ${shown}: ${reason}`, { cause });
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its symbolic links form a loop',
};

function reasonOf(error: unknown): string {
  return REASONS[getErrorCode(error) ?? ''] ?? String(error);
}
