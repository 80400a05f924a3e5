import { PassThrough, Readable, Writable } from 'node:stream';
import { lentContext } from '../../src/commands/contexts.ts';
import { runProgram } from '../../src/commands/program.ts';
import { type CommandIo, ioFrom } from '../../src/control/io.ts';
import type { Parts } from '../../src/wiring/parts.ts';

/** What a command wrote, and how it ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Caller {
  stdin?: string;
  /** The folder to which file arguments are relative. */
  cwd?: string;
  isTerminal?: boolean;
  signal?: AbortSignal;
}

/** Runs a command on parts that are open, as the running process does for its callers. */
export function run(parts: Parts, argv: readonly string[], caller?: Caller): Promise<Ended> {
  return runWith((io) => runProgram(argv, lentContext(parts, io)), caller);
}

/** Runs `command` with streams of its own. */
export async function runWith(
  command: (io: CommandIo) => Promise<number>,
  { stdin, cwd = '/', isTerminal = false, signal }: Caller = {},
): Promise<Ended> {
  const stdout = collector();
  const stderr = collector();
  const io = ioFrom({
    stdin: stdin === undefined ? new PassThrough() : Readable.from([Buffer.from(stdin)]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    isTerminal,
    columns: 80,
    signal: signal ?? new AbortController().signal,
    cwd,
  });
  const code = await command(io);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function collector() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
