import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

export interface ProcessResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A Paperboy process. */
export interface PaperboyProcess {
  pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves once the process has ended. */
  ended: Promise<ProcessResult>;
  /** Resolves once standard output contains `text`; throws when the process ends before. */
  waitForOutput(text: string): Promise<void>;
  kill(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Its standard input; ended at once unless it was started with `takesInput`. */
  stdin: Writable;
}

export interface ProcessEnvironment {
  /** Its settings. It inherits no other variable except PATH and HOME. */
  env: Record<string, string>;
  cwd: string;
}

export interface LaunchOptions {
  takesInput?: boolean;
  /** Options of Node, such as `--cpu-prof`. */
  nodeOptions?: readonly string[];
  /** The `dist/main.js` of another build. @defaultValue this one's */
  main?: string;
}

const running = new Map<ChildProcess, Promise<ProcessResult>>();

/** Starts `paperboy` with arguments. */
export function spawnPaperboy(
  argv: readonly string[],
  { env, cwd }: ProcessEnvironment,
  { takesInput = false, nodeOptions = [], main = MAIN }: LaunchOptions = {},
): PaperboyProcess {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [...nodeOptions, main, ...argv], {
    cwd,
    env: { PATH, HOME, SOURCES: 'none', ...env },
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  child.stdin.on('error', () => undefined);
  if (!takesInput) child.stdin.end();
  // Such as for a missing folder; 'close' follows.
  child.on('error', ({ message }) => {
    text.stderr += message;
  });
  const ended = new Promise<ProcessResult>((resolve) => {
    child.on('close', (code) => {
      running.delete(child);
      resolve({ code, ...text });
    });
  });
  running.set(child, ended);
  return {
    pid: child.pid ?? 0,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    ended,
    waitForOutput: async (words) => {
      while (!text.stdout.includes(words)) {
        if (!running.has(child)) throw new Error(`It ended without “${words}”: ${text.stderr}`);
        await pause(10);
      }
    },
    kill: (signal) => child.kill(signal),
    stdin: child.stdin,
  };
}

/** Runs a command to its end. */
export function runPaperboy(
  argv: readonly string[],
  environment: ProcessEnvironment,
): Promise<ProcessResult> {
  return spawnPaperboy(argv, environment).ended;
}

/** Runs a command that must succeed; returns its standard output. */
export async function runPaperboyOk(
  line: string,
  environment: ProcessEnvironment,
): Promise<string> {
  const { code, stdout, stderr } = await runPaperboy(line.split(' '), environment);
  if (code !== 0) throw new Error(`“paperboy ${line}” ended with ${code}: ${stderr || stdout}`);
  return stdout;
}

/** Starts `paperboy start` and waits until it runs. */
export async function startPaperboy(
  environment: ProcessEnvironment,
  role: string | null = null,
  nodeOptions: readonly string[] = [],
): Promise<PaperboyProcess> {
  const started = spawnPaperboy(role === null ? ['start'] : ['start', role], environment, {
    nodeOptions,
  });
  await started.waitForOutput(' runs: ');
  return started;
}

/** For `afterEach`: kills the processes that a test started. */
export async function killAll(): Promise<void> {
  const endings = [...running.values()];
  for (const child of running.keys()) child.kill('SIGKILL');
  await Promise.all(endings);
}

/** Waits until `condition` returns something other than false or null. */
export async function pollUntil<Value>(
  condition: () => Promise<Value | false | null> | Value | false | null,
  timeoutMs = 300_000,
): Promise<Value> {
  const endsAt = performance.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== false && value !== null) return value;
    if (performance.now() > endsAt) throw new Error(`It did not happen within ${timeoutMs} ms.`);
    await pause(5);
  }
}

export { pause };
