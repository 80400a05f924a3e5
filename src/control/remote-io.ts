import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { addAbortSignal, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import {
  type CommandEvent,
  INPUT_ERROR_TRAILER,
  parseInputError,
  type Terminal,
} from './command-protocol.ts';
import type { CommandIo } from './io.ts';

export interface RemoteIo {
  io: CommandIo;
  /** Passes the bytes of input `n` to the command; false when it waits for no such input. */
  receiveInput(n: string, body: IncomingMessage): boolean;
  /** Sends an event; resolves when more may be sent, and never rejects. */
  sendEvent(event: CommandEvent): Promise<void>;
}

/** A `CommandIo` whose other end is the caller of a command, across the control socket. */
export function createRemoteIo(
  response: ServerResponse,
  terminal: Terminal,
  signal: AbortSignal,
): RemoteIo {
  const sendEvent = createEventWriter(response, signal);
  const bodies = new EventEmitter();
  let inputs = 0;

  const openInput = (path: string | null): Readable => {
    const n = inputs;
    inputs += 1;
    async function* readInput(): AsyncGenerator<Buffer> {
      const received = once(bodies, String(n), { signal });
      await sendEvent({ input: n, path });
      const [body]: IncomingMessage[] = await received;
      if (body) yield* readBody(body, signal);
    }
    const input = Readable.from(readInput(), { objectMode: false });
    // A reader meets the error; without a reader it must not end the process.
    input.on('error', () => undefined);
    return addAbortSignal(signal, input);
  };

  return {
    io: {
      stdin: openInput(null),
      stdout: { write: (stdout) => sendEvent({ stdout }) },
      stderr: { write: (stderr) => sendEvent({ stderr }) },
      ...terminal,
      signal,
      openFile: openInput,
    },
    receiveInput: (n, body) => bodies.emit(n, body),
    sendEvent,
  };
}

/** @throws PaperboyError the caller's own error, when it could not read the input to its end. */
async function* readBody(body: IncomingMessage, signal: AbortSignal): AsyncGenerator<Buffer> {
  addAbortSignal(signal, body);
  // Destroying the body would close its connection before the caller has its answer.
  yield* body.iterator({ destroyOnReturn: false });
  const error = body.trailers[INPUT_ERROR_TRAILER];
  if (error !== undefined) throw parseInputError(error);
}

/** Writes events with back-pressure. Once `signal` aborts, nobody waits any more: the last events
 *  of a command must not hang on a caller that reads nothing. */
function createEventWriter(
  response: ServerResponse,
  signal: AbortSignal,
): (event: CommandEvent) => Promise<void> {
  let drained: Promise<void> | undefined;
  return async (event) => {
    if (!response.destroyed && response.write(`${JSON.stringify(event)}\n`)) return;
    // A command that writes in a loop must let others run, the abort of its own signal included.
    if (response.destroyed || signal.aborted) return void (await setImmediate());
    drained ??= once(response, 'drain', { signal })
      .catch(() => undefined)
      .then(() => {
        drained = undefined;
      });
    await drained;
  };
}
