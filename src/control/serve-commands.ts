import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';
import { type CommandRequest, parseRemoteCommand, type RemoteCommand } from './command-protocol.ts';
import type { DataDirLock } from './data-dir-lock.ts';
import type { CommandIo } from './io.ts';
import { createRemoteIo, type RemoteIo } from './remote-io.ts';

/** Runs a command and returns its exit code, 0 only on success. */
export type RunCommand = (request: CommandRequest, io: CommandIo) => Promise<number>;

export interface CommandServer {
  /** Accepts no more commands, aborts those that run, and waits for them. Close it before the
   *  database that they use. Later callers wait for the lock's release, then find nobody running.
   */
  close(): Promise<void>;
}

/** How long a connection may take to send its request, in ms. */
const REQUEST_TIMEOUT_MS = 10_000;

/** `/commands`, `/commands/:id` or `/commands/:id/inputs/:n`. */
const COMMAND_PATH = /^\/commands(?:\/([\w-]+)(?:\/inputs\/(\d+))?)?$/;

/** Runs, in this process, the commands of callers that find the data folder locked by it. A bad
 *  request is answered with an error and affects no other caller. */
export function serveCommands(options: {
  lock: Pick<DataDirLock, 'onConnection'>;
  /** Callers of another version are refused: commands and tables may differ. */
  version: string;
  run: RunCommand;
}): CommandServer {
  const { lock, version, run } = options;
  const commands = new Map<string, RunningCommand>();
  const stopping = new AbortController();

  const startCommand = async (request: IncomingMessage, response: ServerResponse) => {
    const parsed = parseRemoteCommand(await text(request));
    if (parsed === null) return replyWithError(response, BAD_REQUEST);
    if (parsed.request.version !== version) {
      return replyWithError(response, describeVersions(parsed.request.version, version));
    }
    const id = randomUUID();
    response.setHeader('location', `/commands/${id}`);
    const command = runRemotely(parsed, response, run, stopping.signal);
    request.socket.once('close', command.cancel);
    if (request.socket.destroyed) command.cancel();
    commands.set(id, command);
    command.ended.finally(() => commands.delete(id));
  };

  const server = createServer((request, response) => {
    request.socket.setTimeout(0);
    response.on('error', () => undefined);
    response.shouldKeepAlive = false;
    const { method, url = '' } = request;
    const [path, id = '', input = ''] = COMMAND_PATH.exec(url) ?? [];
    const command = commands.get(id);
    if (method === 'POST' && path && id === '')
      void startCommand(request, response).catch(() => response.destroy());
    else if (method === 'DELETE' && command && input === '') {
      command.cancel();
      response.writeHead(204).end();
    } else if (method === 'PUT' && input !== '' && command?.receiveInput(input, request)) {
      finished(request, { writable: false })
        .then(() => response.writeHead(204).end())
        .catch(() => response.destroy());
    } else replyWithError(response, NOT_FOUND);
  });
  server.timeout = REQUEST_TIMEOUT_MS;
  const stopAccepting = lock.onConnection((socket) => server.emit('connection', socket));

  return {
    async close() {
      stopAccepting();
      stopping.abort();
      await Promise.allSettled([...commands.values()].map(({ ended }) => ended));
    },
  };
}

interface RunningCommand extends Pick<RemoteIo, 'receiveInput'> {
  cancel(): void;
  /** Resolves when the command is over and its last event is written. */
  ended: Promise<void>;
}

/** Runs a command for the caller at the other end of `response`, which is aborted when that caller
 *  cancels it or leaves, and when the server stops. */
function runRemotely(
  { request, terminal }: RemoteCommand,
  response: ServerResponse,
  run: RunCommand,
  stopping: AbortSignal,
): RunningCommand {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, stopping]);
  const { io, receiveInput, sendEvent } = createRemoteIo(response, terminal, signal);

  const runToEnd = async () => {
    // The caller learns that the command starts before anything happens: without this answer it may
    // safely try again.
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).flushHeaders();
    await setImmediate();
    const exit = await runUnlessAborted().catch(async (error: unknown) => {
      await io.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      return 1;
    });
    await sendEvent({ exit });
    response.end();
    // The last bytes reach the kernel before whoever waits closes the connection.
    await setImmediate();
  };
  const runUnlessAborted = async () => {
    if (signal.aborted) throw new Error('The command was stopped before it began.');
    return run(request, io);
  };
  return { receiveInput, cancel: () => stop.abort(), ended: runToEnd() };
}

const BAD_REQUEST = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'Expected JSON with argv, version, isTerminal and columns.',
};

const NOT_FOUND = {
  status: 404,
  code: 'NOT_FOUND',
  message: 'Expected POST /commands, or the path of a running command.',
};

function describeVersions(callers: string, ours: string) {
  return {
    status: 409,
    code: 'OTHER_VERSION',
    message: `This is Paperboy ${callers}, but the Paperboy that runs on this data folder is ${ours}: restart it, or use its version.`,
  };
}

function replyWithError(response: ServerResponse, reply: typeof NOT_FOUND): void {
  const { status, ...error } = reply;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(error));
}
