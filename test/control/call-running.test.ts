import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request as openRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callRunning } from '../../src/control/call-running.ts';
import { type DataDirLock, lockDataDir } from '../../src/control/data-dir-lock.ts';
import { type CommandIo, createCommandIo, type ProcessStreams } from '../../src/control/io.ts';
import {
  type CommandServer,
  type RunCommand,
  serveCommands,
} from '../../src/control/serve-commands.ts';
import { killLockHolders, startLockHolder } from './fixtures/start-lock-holder.ts';

const MIB = 1024 * 1024;
const VERSION = '1.0.0';
const request = (...argv: string[]) => ({ argv, version: VERSION });

/** The bytes of a request for the command “wait”. */
const POST_WAIT = formatPost(commandBody({ argv: ['wait'] }));

function formatPost(body: string): string {
  return `POST /commands HTTP/1.1\r\nHost: test\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

let dir: string;
let lock: DataDirLock | undefined;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'call-test-'));
});
afterEach(async () => {
  killLockHolders();
  await lock?.release();
  lock = undefined;
  await rm(dir, { recursive: true, force: true });
});

describe('callRunning', () => {
  it('A call returns null when no process runs, and creates no folder', async () => {
    const missing = join(dir, 'missing');
    expect(await callRunning(missing, request(), caller().io)).toBe(null);
    expect(await readdir(dir)).toEqual([]);
    await (await lockDataDir(dir)).release();
    expect(await callRunning(dir, request(), caller().io)).toBe(null);
  });

  it('A call returns null after the running process was killed', async () => {
    const holder = await startLockHolder(dir);
    await holder.ask('lock');
    await holder.signal('SIGKILL');
    expect(await callRunning(dir, request(), caller().io)).toBe(null);
  });

  it('A call transfers arguments, terminal, both outputs and the exit code', async () => {
    await serve(async ({ argv }, io) => {
      await io.stdout.write(`${argv.join('|')} ${io.isTerminal} ${io.columns} ü\n`);
      await io.stderr.write('careful\n');
      return 3;
    });
    const me = caller({ isTerminal: true, columns: 132 });
    expect(await callRunning(dir, request('digest', 'send', '--date=ü'), me.io)).toBe(3);
    expect(me.stdout()).toBe('digest|send|--date=ü true 132 ü\n');
    expect(me.stderr()).toBe('careful\n');
  });

  it('A command that throws ends with its message and exit code 1', async () => {
    await serve(() => Promise.reject(new Error('No digest for 2026-05-08.')));
    const me = caller();
    expect(await callRunning(dir, request(), me.io)).toBe(1);
    expect(me.stderr()).toBe('No digest for 2026-05-08.\n');
  });

  it('Standard input is read only when the command reads it', async () => {
    await serve(async ({ argv }, io) => {
      if (argv[0] === 'read') await io.stdout.write((await text(io.stdin)).toUpperCase());
      return 0;
    });
    const unread = caller({ stdin: Readable.from(['never']) });
    expect(await callRunning(dir, request('ignore'), unread.io)).toBe(0);
    expect(await text(unread.io.stdin)).toBe('never');
    const me = caller({ stdin: Readable.from(['über ', 'die ', 'brücke'.repeat(50_000)]) });
    expect(await callRunning(dir, request('read'), me.io)).toBe(0);
    expect(me.stdout()).toBe(`ÜBER DIE ${'BRÜCKE'.repeat(50_000)}`);
  });

  it('A call ends although the command leaves standard input open', async () => {
    await serve(async (_, io) => {
      for await (const line of io.stdin) return String(line) === 'first' ? 0 : 1;
      return 2;
    });
    const stdin = new PassThrough();
    stdin.write('first');
    expect(await callRunning(dir, request(), caller({ stdin }).io)).toBe(0);
  });

  it('Files are opened in the working folder of the caller, also several at once', async () => {
    await writeFile(join(dir, 'a.txt'), 'a'.repeat(200_000));
    await writeFile(join(dir, 'b.txt'), 'b'.repeat(100_000));
    await serve(async ({ argv }, io) => {
      const texts = await Promise.all(argv.map((path) => text(io.openFile(path))));
      await io.stdout.write(texts.join(''));
      return 0;
    });
    const me = caller({ cwd: dir });
    expect(await callRunning(dir, request('a.txt', 'b.txt'), me.io)).toBe(0);
    expect(me.stdout()).toBe('a'.repeat(200_000) + 'b'.repeat(100_000));
  });

  it.each([
    ['missing.json', 'Cannot read missing.json: there is no such file'],
    ['run', 'Cannot read run: it is a folder'],
  ])('A file that cannot be read is named: %s', async (path, message) => {
    await serve(async ({ argv }, io) => {
      await text(io.openFile(argv[0] ?? '')).catch((error) => io.stdout.write(error.code));
      return text(io.openFile(argv[0] ?? '')).then(() => 0);
    });
    const me = caller({ cwd: dir });
    expect(await callRunning(dir, request(path), me.io)).toBe(1);
    expect(me.stdout()).toBe('FILE_UNREADABLE');
    expect(me.stderr()).toBe(`${message}\n`);
  });

  it('The caller opens no file that the user did not name', async () => {
    await writeFile(join(dir, 'private.txt'), 'secret');
    await serve(async ({ argv }, io) => {
      await io.stdout.write(await text(io.openFile(argv.length ? 'private.txt' : '')));
      return 0;
    });
    const me = caller({ cwd: dir });
    expect(await callRunning(dir, request('import', 'other.txt'), me.io)).toBe(1);
    expect(me.stdout()).toBe('');
    expect(me.stderr()).toContain('private.txt is not an argument of the command line');
    expect(await callRunning(dir, request('--file=private.txt'), me.io)).toBe(0);
  });

  it('A caller of another version is refused with a clear message', async () => {
    await serve(() => Promise.resolve(0));
    const me = caller();
    expect(await callRunning(dir, { argv: [], version: '2.0.0' }, me.io)).toBe(1);
    expect(me.stderr()).toMatch(/2\.0\.0.*1\.0\.0.*restart/);
  });

  it('An interruption aborts the command, whose exit code is still returned', async () => {
    await serve(async (_, io) => {
      await io.stdout.write('running');
      await aborted(io.signal);
      await io.stdout.write(', stopped');
      return 9;
    });
    const interrupt = new AbortController();
    const me = caller({ signal: interrupt.signal, onOutput: () => interrupt.abort() });
    expect(await callRunning(dir, request(), me.io)).toBe(9);
    expect(me.stdout()).toBe('running, stopped');
  });

  it('A cancellation reaches a command that does not read its input, behind any amount of it', async () => {
    await serve(async (_, io) => {
      const chunks = io.stdin[Symbol.asyncIterator]();
      await chunks.next();
      await io.stdout.write('reading');
      await aborted(io.signal);
      return 9;
    });
    const interrupt = new AbortController();
    const stdin = Readable.from(Array.from({ length: 50 }, () => Buffer.alloc(MIB)));
    const { io } = caller({
      stdin,
      signal: interrupt.signal,
      onOutput: () => interrupt.abort(),
    });
    expect(await callRunning(dir, request(), io)).toBe(9);
  });

  it('A command that waits for input is cancelled by an interruption, and does not fail earlier', async () => {
    await serve(async (_, io) => {
      await io.stdout.write('reading');
      await text(io.stdin).catch(() => undefined);
      return io.signal.aborted ? 130 : 1;
    });
    for (let times = 0; times < 20; times += 1) {
      const interrupt = new AbortController();
      const stdin = new PassThrough();
      stdin.write('first');
      const me = caller({
        signal: interrupt.signal,
        stdin,
        onOutput: () => setTimeout(() => interrupt.abort(), 20),
      });
      expect(await callRunning(dir, request(), me.io)).toBe(130);
    }
  });

  it('A command may stop reading its input early and still write and end as usual', async () => {
    await serve(async ({ argv }, io) => {
      const input = io.openFile(argv[0] ?? '');
      for await (const chunk of input) {
        await io.stdout.write(String((chunk as Buffer).length > 0));
        break;
      }
      await io.stdout.write('.'.repeat(MIB));
      return 2;
    });
    await writeFile(join(dir, 'big.txt'), 'x'.repeat(5 * MIB));
    const me = caller({ cwd: dir });
    expect(await callRunning(dir, request('big.txt'), me.io)).toBe(2);
    expect(me.stdout()).toBe(`true${'.'.repeat(MIB)}`);
  });

  it('An input that fails midway fails in the command with the same message', async () => {
    await serve(async (_, io) => {
      const read: string[] = [];
      try {
        for await (const chunk of io.stdin) read.push(String(chunk));
      } catch (error) {
        const { code, message } = error as Error & { code: string };
        await io.stdout.write(JSON.stringify({ read, code, message }));
      }
      return 0;
    });
    async function* failing() {
      yield 'first';
      await new Promise((resolve) => setTimeout(resolve, 50));
      throw Object.assign(new Error('Das Gerät ist weg\n'), { code: 'EIO' });
    }
    const me = caller({ stdin: Readable.from(failing(), { objectMode: false }) });
    expect(await callRunning(dir, request(), me.io)).toBe(0);
    expect(JSON.parse(me.stdout())).toEqual({
      read: ['first'],
      code: 'INPUT_UNREADABLE',
      message: 'Das Gerät ist weg\n',
    });
  });

  it('An empty standard input ends at once', async () => {
    await serve(async (_, io) => ((await text(io.stdin)) === '' ? 7 : 1));
    expect(await callRunning(dir, request(), caller({ stdin: Readable.from([]) }).io)).toBe(7);
  });

  it('A command is aborted when its caller disappears, also while it waits for input', async () => {
    const ended = later<string>();
    await serve(async (_, io) => {
      const reading = text(io.stdin).catch((error: Error) => error.name);
      await aborted(io.signal);
      // Writing to nobody neither fails nor waits.
      for (let times = 0; times < 10; times += 1) await io.stdout.write('x'.repeat(MIB));
      ended.resolve(await reading);
      return 0;
    });
    const socket = connect(await socketPath());
    socket.write(POST_WAIT);
    socket.once('data', () => socket.destroy());
    expect(await ended.promise).toBe('AbortError');
  });

  it('A call ends with 1 and a message when the running process is killed', async () => {
    const holder = await startLockHolder(dir);
    await holder.ask('lock');
    await holder.ask('serve');
    const me = caller({ onOutput: () => void holder.signal('SIGKILL') });
    expect(await callRunning(dir, request(), me.io)).toBe(1);
    expect(me.stdout()).toBe('hello\n');
    expect(me.stderr()).toMatch(new RegExp(`process ${holder.pid} .*ended before`));
  });

  it('A call waits for a process that is still starting', async () => {
    lock = await lockDataDir(dir);
    const code = callRunning(dir, request(), caller().io);
    const early = await connectionTo(lock);
    serveCommands({ lock: waiting(early), version: VERSION, run: async () => 5 });
    expect(await code).toBe(5);
  });

  it('A waiting call names the process, and ends when it is interrupted', async () => {
    lock = await lockDataDir(dir);
    const interrupt = new AbortController();
    const me = caller({ signal: interrupt.signal, onError: () => interrupt.abort() });
    expect(await callRunning(dir, request(), me.io)).toBe(130);
    expect(me.stderr()).toContain(`Waiting for process ${process.pid} `);
  });

  it('A call finds no running process when the other one stops while it waits', async () => {
    const held = await lockDataDir(dir);
    const code = callRunning(dir, request(), caller().io);
    await connectionTo(held);
    await held.release();
    expect(await code).toBe(null);
  });
});

describe('serveCommands', () => {
  it('Closing the server aborts and awaits running commands, whose callers still get exit codes', async () => {
    const started = later<void>();
    const server = await serve(async (_, io) => {
      started.resolve();
      await aborted(io.signal);
      await io.stdout.write('saved');
      return 4;
    });
    const me = caller();
    const code = callRunning(dir, request(), me.io);
    await started.promise;
    await server.close();
    await lock?.release();
    expect(await code).toBe(4);
    expect(me.stdout()).toBe('saved');
  });

  it('Closing the server does not hang on a caller that reads nothing', async () => {
    const started = later<void>();
    const server = await serve(async (_, io) => {
      started.resolve();
      while (!io.signal.aborted) await io.stdout.write('x'.repeat(MIB));
      await io.stdout.write('x'.repeat(MIB));
      return 0;
    });
    const socket = connect(await socketPath()).pause();
    socket.write(POST_WAIT);
    await started.promise;
    await server.close();
    socket.destroy();
  });

  it.each<[string, string]>([
    ['bytes that are no HTTP', 'digest send\r\n\r\n'],
    ['half a request', POST_WAIT.slice(0, -20)],
    ['two requests', POST_WAIT + POST_WAIT],
  ])('A connection that sends %s is closed, and the next one is served', async (_, bytes) => {
    const signals = await serveWaiting();
    const socket = connect(await socketPath()).resume();
    socket.on('error', () => undefined);
    socket.end(bytes);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(await callRunning(dir, request(), caller().io)).toBe(0);
    expect(signals.slice(0, -1).every((signal) => signal.aborted)).toBe(true);
  });

  it.each<[string, string, string, number, string]>([
    ['POST', '/commands', '{', 400, 'BAD_REQUEST'],
    ['POST', '/commands', 'null', 400, 'BAD_REQUEST'],
    ['POST', '/commands', '{"argv":[1]}', 400, 'BAD_REQUEST'],
    ['POST', '/commands', commandBody({ version: '2.0.0' }), 409, 'OTHER_VERSION'],
    ['GET', '/commands', '', 404, 'NOT_FOUND'],
    ['POST', '/', '{}', 404, 'NOT_FOUND'],
    ['DELETE', '/commands/no-such-command', '', 404, 'NOT_FOUND'],
    ['PUT', '/commands/no-such-command/inputs/0', 'x', 404, 'NOT_FOUND'],
  ])('%s %s with body “%s” is answered %i %s', async (method, path, body, status, code) => {
    await serve(() => Promise.resolve(0));
    const response = await sendRequest(method, path, body);
    expect(response.statusCode).toBe(status);
    expect(JSON.parse(await text(response))).toEqual({ code, message: expect.any(String) });
  });

  it('An input that a running command did not ask for is refused, and the command runs on', async () => {
    await serveWaiting();
    const response = await sendRequest('POST', '/commands', commandBody({ argv: ['wait'] }));
    const path = String(response.headers.location);
    expect((await sendRequest('PUT', `${path}/inputs/0`, 'x')).statusCode).toBe(404);
    expect((await sendRequest('DELETE', path, '')).statusCode).toBe(204);
    expect(await text(response)).toBe('{"exit":0}\n');
  });
});

describe('streams across the control socket', () => {
  it('The control socket passes 50 MB of input with only a few chunks in memory', async () => {
    let peak = 0;
    let produced = 0;
    let consumed = 0;
    const stdin = Readable.from(
      (async function* () {
        for (; produced < 50 * MIB; produced += MIB / 4) yield Buffer.alloc(MIB / 4, 'x');
      })(),
      { objectMode: false },
    );
    await serve(async (_, io) => {
      for await (const chunk of io.stdin) {
        peak = Math.max(peak, produced - consumed);
        consumed += (chunk as Buffer).length;
        await new Promise((resolve) => setImmediate(resolve));
      }
      return 0;
    });
    expect(await callRunning(dir, request(), caller({ stdin }).io)).toBe(0);
    expect(consumed).toBe(50 * MIB);
    expect(peak).toBeLessThan(2 * MIB);
  });

  it('The control socket passes 50 MB of output no faster than the caller reads them', async () => {
    let written = 0;
    let taken = 0;
    let peak = 0;
    const chunk = 'x'.repeat(MIB / 8);
    await serve(async (_, io) => {
      for (; written < 50 * MIB; written += MIB / 8) await io.stdout.write(chunk);
      return 0;
    });
    const stdout = new Writable({
      write(bytes: Buffer, _encoding, done) {
        taken += bytes.length;
        peak = Math.max(peak, written - taken);
        afterIterations(20, done);
      },
    });
    expect(await callRunning(dir, request(), caller({ stdout }).io)).toBe(0);
    expect(taken).toBe(50 * MIB);
    expect(peak).toBeLessThan(2 * MIB);
  });
});

function commandBody(changes: Partial<ReturnType<typeof request>> = {}): string {
  return JSON.stringify({ ...request(), isTerminal: false, columns: 80, ...changes });
}

/** Sends one request to the control socket. */
async function sendRequest(method: string, path: string, body: string): Promise<IncomingMessage> {
  const sent = openRequest({ socketPath: await socketPath(), method, path });
  sent.end(body);
  return new Promise((resolve, reject) => sent.on('response', resolve).on('error', reject));
}

/** Serves a command “wait” that runs until it is aborted; returns the signals of all commands. */
async function serveWaiting(): Promise<AbortSignal[]> {
  const signals: AbortSignal[] = [];
  await serve(async ({ argv }, io) => {
    signals.push(io.signal);
    if (argv.includes('wait')) await aborted(io.signal);
    return 0;
  });
  return signals;
}

async function serve(run: RunCommand): Promise<CommandServer> {
  lock = await lockDataDir(dir);
  return serveCommands({ lock, version: VERSION, run });
}

async function socketPath(): Promise<string> {
  const names = await readdir(join(dir, 'run'));
  return join(dir, 'run', names.find((name) => name.endsWith('.sock')) ?? '');
}

interface CallerParts extends Partial<ProcessStreams> {
  onOutput?: () => void;
  onError?: () => void;
}

/** A caller whose output the test can read. */
function caller({ onOutput, onError, ...parts }: CallerParts = {}): {
  io: CommandIo;
  stdout(): string;
  stderr(): string;
} {
  const out = record(onOutput);
  const err = record(onError);
  const io = createCommandIo({
    stdin: new PassThrough(),
    stdout: out.stream,
    stderr: err.stream,
    isTerminal: false,
    columns: 80,
    signal: new AbortController().signal,
    cwd: '/',
    ...parts,
  });
  return { io, stdout: out.text, stderr: err.text };
}

function record(onWrite?: () => void): { stream: Writable; text(): string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      onWrite?.();
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}

/** A terminal slower than the command that writes to it. */
function afterIterations(count: number, done: () => void): void {
  if (count === 0) done();
  else setImmediate(() => afterIterations(count - 1, done));
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
}

function later<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve: (value) => resolve(value) };
}

/** The next connection to the lock's socket. */
function connectionTo({ onConnection }: DataDirLock): Promise<Socket> {
  return new Promise((resolve) => onConnection(resolve));
}

/** A lock to which that connection was made before anybody served it. */
function waiting(socket: Socket): Pick<DataDirLock, 'onConnection'> {
  return {
    onConnection(accept) {
      accept(socket);
      return () => undefined;
    },
  };
}
