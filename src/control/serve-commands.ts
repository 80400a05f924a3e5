import type { Socket } from 'node:net';
import { type CommandRequest, decodeRequest } from './command-request.ts';
import type { DataDirLock } from './data-dir-lock.ts';
import { frameWriter, type SendFrame } from './frame-writer.ts';
import { badFrame, FRAME, type Frame, frameDecoder } from './frames.ts';
import type { CommandIo } from './io.ts';
import { remoteIo } from './remote-io.ts';

/** Runs a command and returns its exit code, 0 only on success. */
export type RunCommand = (request: CommandRequest, io: CommandIo) => Promise<number>;

export interface CommandServer {
  /** Takes no more commands, aborts those that run, and waits for them. Close it before the
   *  database that they use. Later callers wait for the lock's release, then find nobody running. */
  close(): Promise<void>;
}

/** How long a connection may take to say what it wants. */
const REQUEST_TIMEOUT_MS = 10_000;

/** Runs, in this process, the commands of callers that find the data folder locked by it. A
 *  connection that breaks the protocol is dropped and harms nobody else. */
export function serveCommands(args: {
  lock: Pick<DataDirLock, 'onConnection'>;
  /** Callers of another version are refused: commands and tables may differ. */
  version: string;
  run: RunCommand;
}): CommandServer {
  const { lock, version, run } = args;
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();

  const stopAccepting = lock.onConnection((socket) => {
    const serve = async (first: Frame, session: Session) => {
      const { request, terminal } = decodeRequest(first);
      if (request.version !== version) return refuse(session, mismatch(request.version, version));
      const { io, receive } = remoteIo({ ...session, terminal });
      session.onFrame(receive);
      await runFor(session, () => run(request, io));
    };
    converse(socket, stopping.signal, (first, session) => {
      const command = serve(first, session);
      running.add(command);
      command.catch(() => socket.destroy()).finally(() => running.delete(command));
    });
  });

  return {
    async close() {
      stopAccepting();
      stopping.abort();
      await Promise.allSettled(running);
    },
  };
}

/** One accepted connection that has said something. */
interface Session {
  socket: Socket;
  send: SendFrame;
  /** Aborted when the caller asks for it or leaves, or when the server closes. */
  signal: AbortSignal;
  /** Sets who takes the frames after the first; until then more frames are an error. */
  onFrame(receive: (frame: Frame) => void): void;
}

function converse(
  socket: Socket,
  stopping: AbortSignal,
  begin: (first: Frame, session: Session) => void,
): void {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, stopping]);
  const decode = frameDecoder();
  let receive = (frame: Frame): void => {
    throw badFrame(`a frame of type ${frame.type} that nobody waits for`);
  };
  const session: Session = {
    socket,
    send: frameWriter(socket, signal),
    signal,
    onFrame(next) {
      receive = next;
    },
  };

  const take = (frame: Frame): void => {
    if (!hasBegun) {
      hasBegun = true;
      socket.setTimeout(0);
      begin(frame, session);
    } else if (frame.type === FRAME.abort) stop.abort();
    else receive(frame);
  };
  let hasBegun = false;

  socket.setTimeout(REQUEST_TIMEOUT_MS, () => socket.destroy());
  socket.on('close', () => stop.abort());
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const frame of decode(chunk)) take(frame);
    } catch {
      // Whatever a caller sends, the worst that may happen is that it is not served.
      socket.destroy();
    }
  });
}

/** Tells the caller before anything happens, so that a caller who was not told may try again. */
async function runFor(
  { socket, send, signal }: Session,
  run: () => Promise<number>,
): Promise<void> {
  send(FRAME.accepted);
  await new Promise<void>((resolve) => void socket.write('', () => resolve()));
  const code = await (signal.aborted ? stoppedEarly() : run()).catch(async (error: unknown) => {
    await send(FRAME.stderr, `${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  });
  await send(FRAME.exit, exitPayload(code));
  socket.end();
}

async function stoppedEarly(): Promise<number> {
  throw new Error('The command was stopped before it began.');
}

function exitPayload(code: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(code);
  return payload;
}

async function refuse({ socket, send }: Session, message: string): Promise<void> {
  await send(FRAME.refused, message);
  socket.end();
}

function mismatch(callers: string, ours: string): string {
  return `This is Paperboy ${callers}, but the one that runs on this data folder is ${ours}: restart that one, or use its version.`;
}
