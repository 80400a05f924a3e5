import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';

/** A server that the tests started. */
export interface TestServer {
  url: string;
  /** Name and version, for people. */
  name: string;
  pid: number;
  stop(): Promise<void>;
}

export interface RestartableTestServer extends TestServer {
  /** Ends it without a clean shutdown and starts it again on the same port and data. */
  crash(): Promise<void>;
}

/** Stops a program. @defaultValue `stopSignal` of `startServer` */
export type StopProgram = (signal?: NodeJS.Signals) => Promise<void>;

/** Runs a program until it ends. @throws Error with its output when it fails. */
export async function runProgram(
  path: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<void> {
  const child = spawn(path, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = collect(child);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${path} ended with ${code}:\n${output()}`);
}

/** Several servers may start at a time on a busy machine. */
const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 15_000;
const POLL_MS = 50;

/**
 * Starts a server and waits until `answers` resolves. The server gets its own process group, so
 * that Ctrl-C stops the tests before their servers.
 * @throws Error with the server's output when it ends or does not answer within three minutes.
 */
export async function startServer(
  path: string,
  args: readonly string[],
  given: { options?: SpawnOptions; stopSignal: NodeJS.Signals; answers: () => Promise<void> },
): Promise<{ pid: number; stop: StopProgram }> {
  const child = spawn(path, args, {
    ...given.options,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const ended = once(child, 'exit');
  const stop = async (signal = given.stopSignal) => {
    if (hasEnded(child)) return;
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(late);
  };
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    if (hasEnded(child)) throw new Error(`${path} ended while starting:\n${output()}`);
    try {
      await given.answers();
      return { pid: child.pid ?? 0, stop };
    } catch (error) {
      if (performance.now() > deadline) {
        await stop();
        throw new Error(`${path} does not answer:\n${output()}`, { cause: error });
      }
    }
    await wait(POLL_MS);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function collect(child: ChildProcess): () => string {
  let output = '';
  const add = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-4000);
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  return () => output;
}
