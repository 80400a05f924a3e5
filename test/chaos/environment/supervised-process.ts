import {
  type PaperboyProcess,
  type ProcessEnvironment,
  pause,
  spawnPaperboy,
} from '../../processes/support/paperboy.ts';
import { waitUntil } from './waits.ts';

/** A process that is started again whenever it ends, until `stop` or `remove`. */
export interface SupervisedProcess {
  /** The listener of the SMTP server that this process sends to. */
  listenerIndex: number;
  /** Id of the running process, or null while none runs. */
  pid(): number | null;
  /** Resolves once a process runs, with its id. */
  waitUntilRunning(): Promise<number>;
  /** Sends SIGKILL. The process executes nothing afterwards. Returns false when none ran. */
  kill(): boolean;
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void;
  /** Sends SIGTERM, and SIGKILL when that does not help. Returns the time until the end, in ms, and
   *  the exit code. No restart. */
  stop(): Promise<{ ms: number; code: number | null }>;
  /** Sends SIGKILL. No restart. */
  remove(): Promise<void>;
}

export interface SupervisedProcessOptions {
  listenerIndex: number;
  argv: readonly string[];
  environment: ProcessEnvironment;
  /** The `dist/main.js` of another build. @defaultValue this one's */
  main?: string;
  /** Called right after a running process was killed by `kill` or `remove`. */
  onKill: (pid: number) => void;
  /** Called when a process ended by itself. */
  onCrash: (stderr: string) => void;
}

/** Delay before a process that ended by itself is started again, in ms. */
const RESTART_DELAY_MS = 300;

/** How long a process may take to end after SIGTERM on a busy machine, in ms. */
const STOP_TIMEOUT_MS = 120_000;

export function superviseProcess({
  listenerIndex,
  argv,
  environment: commandEnvironment,
  main,
  onKill,
  onCrash,
}: SupervisedProcessOptions): SupervisedProcess {
  let current: PaperboyProcess | null = null;
  let isUp = false;
  let isKilled = false;
  let isWanted = true;

  const runUntilStopped = async () => {
    while (isWanted) {
      const running = spawnPaperboy(argv, commandEnvironment, main === undefined ? {} : { main });
      current = running;
      isKilled = false;
      running.waitForOutput(' runs: ').then(
        () => {
          isUp = current === running;
        },
        () => undefined,
      );
      const { stderr } = await running.ended;
      isUp = false;
      current = null;
      if (isWanted && !isKilled) {
        onCrash(stderr);
        await pause(RESTART_DELAY_MS);
      }
    }
  };
  const supervision = runUntilStopped();

  const pid = () => (isUp && !isKilled ? (current?.pid ?? null) : null);
  const send = (signal: NodeJS.Signals) => {
    if (current) process.kill(current.pid, signal);
  };
  const killNow = () => {
    if (!current) return;
    isKilled = true;
    const { pid: killed } = current;
    send('SIGKILL');
    onKill(killed);
  };
  return {
    listenerIndex,
    pid,
    waitUntilRunning: async () => {
      const what = `“paperboy ${argv.join(' ')}” ran`;
      await waitUntil(what, () => pid() !== null, { intervalMs: 10 });
      return pid() ?? 0;
    },
    kill: () => {
      if (pid() === null) return false;
      killNow();
      return true;
    },
    signal: send,
    stop: async () => {
      isWanted = false;
      const startedAt = performance.now();
      const ended = current?.ended;
      send('SIGTERM');
      const late = setTimeout(() => send('SIGKILL'), STOP_TIMEOUT_MS);
      const code = (await ended)?.code ?? null;
      await supervision;
      clearTimeout(late);
      return { ms: Math.round(performance.now() - startedAt), code };
    },
    remove: async () => {
      isWanted = false;
      if (current) killNow();
      await supervision;
    },
  };
}

/** The error of a process that crashed. Node.js prints it after the last line of the log. */
export function extractError(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{'));
  const at = lines.findIndex((line) => /\b(?:error|Error)\b/.test(line));
  return lines
    .slice(Math.max(at, 0), Math.max(at, 0) + 4)
    .join(' | ')
    .slice(0, 500);
}
