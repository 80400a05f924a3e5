import type { Socket } from 'node:net';
import { resolve } from 'node:path';
import { PaperboyError } from '../domain/errors.ts';
import { type Claim, latestClaim, runFolderOf } from './claim.ts';
import { type CommandRequest, encodeRequest } from './command-request.ts';
import { frameWriter } from './frame-writer.ts';
import { FRAME, type Frame, frameDecoder, numberOf } from './frames.ts';
import { type InputSources, inputSources } from './input-sources.ts';
import type { CommandIo } from './io.ts';
import { connectTo } from './unix-socket.ts';

/** How long a call stays silent before it says for whom it waits. */
const NOTICE_AFTER_MS = 2000;

/** How often to try a process that hangs up without a word. */
const MAX_TRIES = 5;

/** Exit code of a command that its user interrupted: 128 + SIGINT, as shells have it. */
const EXIT_INTERRUPTED = 130;

/**
 * Has the process that holds the data folder run the command, with our input, output and files.
 * Returns its exit code, or null when no process holds the folder: the command is then ours to run.
 * 1, with a message on `io.stderr`, when the other process dies first or has another version.
 *
 * A process that starts, stops or runs a command of its own is waited for.
 */
export async function callRunning(
  dir: string,
  request: CommandRequest,
  io: CommandIo,
): Promise<number | null> {
  const folder = runFolderOf(resolve(dir));
  const payload = encodeRequest(request, { isTerminal: io.isTerminal, columns: io.columns });
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const claim = await latestClaim(folder);
    const socket = claim && (await connectTo(folder, claim.socket));
    if (!claim || !socket) return null;
    const code = await converse({ socket, claim, dir, request, payload, io });
    if (code !== NEVER_BEGAN) return code;
  }
  throw new PaperboyError(
    'CONTROL_SILENT',
    `The process that uses the data folder ${resolve(dir)} hangs up on every command: restart it.`,
  );
}

/** The connection ended before the command began: nothing has happened, trying again is safe. */
const NEVER_BEGAN = 'never began';

interface Call {
  socket: Socket;
  claim: Claim;
  dir: string;
  request: CommandRequest;
  payload: Buffer;
  io: CommandIo;
}

async function converse(call: Call): Promise<number | typeof NEVER_BEGAN> {
  const { socket, claim, dir, request, payload, io } = call;
  const send = frameWriter(socket);
  const inputs = inputSources({ io, argv: request.argv, send });
  const notice = setTimeout(() => void io.stderr.write(noticeOf(dir, claim)), NOTICE_AFTER_MS);
  let hasBegun = false;
  const onAbort = () => {
    if (hasBegun) send(FRAME.abort);
    else socket.destroy();
  };
  io.signal.addEventListener('abort', onAbort);
  try {
    if (io.signal.aborted) return EXIT_INTERRUPTED;
    send(FRAME.request, payload);
    for await (const frame of framesFrom(socket)) {
      if (frame.type === FRAME.accepted) {
        hasBegun = true;
        clearTimeout(notice);
        if (io.signal.aborted) onAbort();
      }
      const code = await act(frame, io, inputs);
      if (code !== undefined) return code;
    }
    if (io.signal.aborted && !hasBegun) return EXIT_INTERRUPTED;
    if (!hasBegun) return NEVER_BEGAN;
    await io.stderr.write(goneMessage(claim));
    return 1;
  } finally {
    clearTimeout(notice);
    io.signal.removeEventListener('abort', onAbort);
    inputs.close();
    socket.destroy();
  }
}

/** The frames until the connection ends, however it ends. Each is dealt with before more is read:
 *  a slow terminal slows the command down. */
async function* framesFrom(socket: Socket): AsyncGenerator<Frame> {
  const decode = frameDecoder();
  for await (const chunk of untilClosed(socket)) yield* decode(chunk);
}

async function* untilClosed(socket: Socket): AsyncGenerator<Buffer> {
  try {
    yield* socket;
  } catch {
    // A reset, or our own hanging up: the frames that came before tell what it means.
  }
}

/** Does what the frame asks for; returns the exit code once the command is over. */
async function act(
  { type, payload }: Frame,
  io: CommandIo,
  inputs: InputSources,
): Promise<number | undefined> {
  if (type === FRAME.stdout) await io.stdout.write(payload);
  else if (type === FRAME.stderr) await io.stderr.write(payload);
  else if (type === FRAME.exit) return numberOf(payload);
  else if (type === FRAME.refused) {
    await io.stderr.write(`${payload.toString('utf8')}\n`);
    return 1;
  } else inputs.receive({ type, payload });
  return undefined;
}

function noticeOf(dir: string, { pid, host }: Claim): string {
  return `Waiting for process ${pid} on ${host}, which uses the data folder ${resolve(dir)}.\n`;
}

function goneMessage({ pid, host }: Claim): string {
  return `The running Paperboy (process ${pid} on ${host}) went away before the command was finished. What it had done by then is kept; run the command again once it is back.\n`;
}
