import { PassThrough, Readable, Writable } from 'node:stream';
import { createSharedContext } from '../../src/commands/create-context.ts';
import { runProgram } from '../../src/commands/program.ts';
import { type CommandIo, createCommandIo } from '../../src/control/io.ts';
import type { App } from '../../src/wiring/app.ts';

/** The outputs and the exit code of a command. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CallerOptions {
  stdin?: string;
  /** The working folder, to which file arguments are relative. */
  cwd?: string;
  isTerminal?: boolean;
  signal?: AbortSignal;
}

/** Runs a command on an open app, as the running process does for its callers. */
export function runCommand(
  app: App,
  argv: readonly string[],
  caller?: CallerOptions,
): Promise<CommandResult> {
  return runCommandWith((io) => runProgram(argv, createSharedContext(app, io)), caller);
}

/** Runs `command` with its own streams. */
export async function runCommandWith(
  command: (io: CommandIo) => Promise<number>,
  { stdin, cwd = '/', isTerminal = false, signal }: CallerOptions = {},
): Promise<CommandResult> {
  const stdout = createOutputCollector();
  const stderr = createOutputCollector();
  const io = createCommandIo({
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

function createOutputCollector() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
