import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as openRequest } from 'node:http';
import type { Socket } from 'node:net';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { PaperboyError } from '../domain/errors.ts';
import { type Claim, latestClaim, runFolderOf } from './claim.ts';
import {
  type CommandEvent,
  type CommandRequest,
  formatInputError,
  INPUT_ERROR_TRAILER,
  parseObject,
} from './command-protocol.ts';
import type { CommandIo } from './io.ts';
import { connectTo } from './unix-socket.ts';

/** How long a call waits in silence before it names the process that it waits for, in ms. */
const NOTICE_DELAY_MS = 2000;

/** How often to call a process that closes the connection without an answer. */
const MAX_ATTEMPTS = 5;

/** Exit code of a command that its user interrupted: 128 + SIGINT, as shells have it. */
const EXIT_INTERRUPTED = 130;

/**
 * Has the process that holds the data folder run the command, with our input, output and files.
 * Returns its exit code, or null when no process holds the folder: the caller then runs the
 * command. 1, with a message on `io.stderr`, when the other process dies first or has another
 * version.
 *
 * Waits for a process that starts, stops or runs a command itself.
 *
 * @throws PaperboyError `CONTROL_SILENT` when the process closes every connection without an
 * answer.
 */
export async function callRunning(
  dir: string,
  request: CommandRequest,
  io: CommandIo,
): Promise<number | null> {
  const folder = runFolderOf(resolve(dir));
  for (let attempts = 0; attempts < MAX_ATTEMPTS; attempts += 1) {
    const claim = await latestClaim(folder);
    const socket = claim && (await connectTo(folder, claim.socket));
    if (!claim || !socket) return null;
    const code = await sendCommand({ socket, claim, folder, dir, request, io });
    if (code !== NEVER_BEGAN) return code;
  }
  throw new PaperboyError(
    'CONTROL_SILENT',
    `The process that uses the data folder ${resolve(dir)} closes every connection without an answer: restart it.`,
  );
}

/** The connection ended before the command began: nothing has happened, a new attempt is safe. */
const NEVER_BEGAN = 'never began';

interface Call {
  socket: Socket;
  claim: Claim;
  folder: string;
  dir: string;
  request: CommandRequest;
  io: CommandIo;
}

async function sendCommand(call: Call): Promise<number | typeof NEVER_BEGAN> {
  const { socket, claim, dir, request, io } = call;
  if (io.signal.aborted) return EXIT_INTERRUPTED;
  const notice = setTimeout(
    () => void io.stderr.write(formatWaitNotice(dir, claim)),
    NOTICE_DELAY_MS,
  );
  const closeConnection = () => void socket.destroy();
  io.signal.addEventListener('abort', closeConnection);
  try {
    const post = createRequest(socket, 'POST', '/commands');
    post.end(JSON.stringify({ ...request, isTerminal: io.isTerminal, columns: io.columns }));
    const response = await waitForResponse(post);
    clearTimeout(notice);
    io.signal.removeEventListener('abort', closeConnection);
    if (response === null) return io.signal.aborted ? EXIT_INTERRUPTED : NEVER_BEGAN;
    if (response.statusCode === 200) return await followCommand(call, response);
    const { message } = parseObject(await text(response));
    await io.stderr.write(`${message ?? `HTTP status ${response.statusCode}`}\n`);
    return 1;
  } finally {
    clearTimeout(notice);
    io.signal.removeEventListener('abort', closeConnection);
    socket.destroy();
  }
}

/** Null when the connection ends before an answer. */
async function waitForResponse(post: ClientRequest): Promise<IncomingMessage | null> {
  try {
    const [response] = await once(post, 'response');
    return response;
  } catch {
    return null;
  }
}

/** Acts on the command's events until its exit code, which is returned. */
async function followCommand(call: Call, response: IncomingMessage): Promise<number> {
  const { claim, request, io } = call;
  const path = response.headers.location ?? '';
  const inputs: Readable[] = [];
  const over = new AbortController();
  const cancel = () => void cancelCommand(call, path);
  if (io.signal.aborted) cancel();
  io.signal.addEventListener('abort', cancel);
  try {
    for await (const event of readEvents(response)) {
      if ('exit' in event) return event.exit;
      if ('stdout' in event) await io.stdout.write(event.stdout);
      else if ('stderr' in event) await io.stderr.write(event.stderr);
      else {
        const input = openInput(event.path, request.argv, io);
        inputs.push(input);
        void sendInput(call, { path: `${path}/inputs/${event.input}`, input, signal: over.signal });
      }
    }
    await io.stderr.write(formatGoneMessage(claim));
    return 1;
  } finally {
    io.signal.removeEventListener('abort', cancel);
    over.abort();
    // Also ends a wait for input that never comes, which would keep the process alive.
    for (const input of inputs) input.destroy();
  }
}

/** The events until the connection ends, however it ends. The consumer deals with each before more
 *  is read: a slow terminal slows the command down. */
async function* readEvents(response: IncomingMessage): AsyncGenerator<CommandEvent> {
  response.setEncoding('utf8');
  let rest = '';
  try {
    for await (const chunk of response) {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line);
    }
  } catch {
    // The connection broke. The caller knows from the exit code, if it arrived, what that means.
  }
}

/** Opens only what the user named: the other process may read no other file in the user's name. */
function openInput(path: string | null, argv: readonly string[], io: CommandIo): Readable {
  if (path === null) return io.stdin;
  const isNamed = argv.some((arg) => arg === path || arg.endsWith(`=${path}`));
  const input = io.openFile(path);
  if (!isNamed) {
    input.destroy(
      new PaperboyError('FILE_NOT_NAMED', `${path} is not an argument of the command line`),
    );
  }
  return input;
}

/** Sends an input as the body of a request, and why it could not be read as its trailer. */
async function sendInput(
  { folder, claim, io }: Call,
  { path, input, signal }: { path: string; input: Readable; signal: AbortSignal },
): Promise<void> {
  input.on('error', () => undefined);
  const socket = await connectTo(folder, claim.socket).catch(() => null);
  // The process died: the end of its response reports that.
  if (!socket) return;
  signal.addEventListener('abort', () => void socket.destroy());
  const put = createRequest(socket, 'PUT', path, {
    'transfer-encoding': 'chunked',
    trailer: INPUT_ERROR_TRAILER,
  });
  try {
    for await (const chunk of input) {
      if (!put.write(chunk)) await once(put, 'drain', { signal });
    }
  } catch (error) {
    // The user interrupted, which ended the input too: the command is cancelled, and must not fail
    // before it learns that.
    if (io.signal.aborted) return;
    put.addTrailers({ [INPUT_ERROR_TRAILER]: formatInputError(error) });
  }
  put.end();
}

async function cancelCommand({ folder, claim }: Call, path: string): Promise<void> {
  const socket = await connectTo(folder, claim.socket).catch(() => null);
  if (socket) createRequest(socket, 'DELETE', path).end();
}

/** A request on a connection of its own. When the connection breaks, it fails without a further
 *  sign. */
function createRequest(
  socket: Socket,
  method: string,
  path: string,
  headers: Record<string, string> = {},
): ClientRequest {
  const request = openRequest({
    createConnection: () => socket,
    method,
    path,
    headers: { connection: 'close', ...headers },
  });
  return request.on('error', () => undefined);
}

function formatWaitNotice(dir: string, { pid, host }: Claim): string {
  return `Waiting for process ${pid} on ${host}, which uses the data folder ${resolve(dir)}.\n`;
}

function formatGoneMessage({ pid, host }: Claim): string {
  return `The running Paperboy (process ${pid} on ${host}) ended before the command was finished. What the command had done by then is kept; run it again once Paperboy is back.\n`;
}
