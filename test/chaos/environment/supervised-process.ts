import {
  type PaperboyProcess,
  type ProcessEnvironment,
  pause,
  spawnPaperboy,
} from '../../processes/support/paperboy.ts';

/** A place for a process that is started again whenever it ends, until it is told to stop. */
export interface SupervisedProcess {
  /** The sink's door that this process sends through. */
  listenerIndex: number;
  /** The process that runs now, or null between two. */
  pid(): number | null;
  /** Resolves once a process runs, with its id. */
  waitUntilRunning(): Promise<number>;
  /** SIGKILL, at once: when it returns, the process executes nothing any more. False when none ran. */
  kill(): boolean;
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void;
  /** How long it took to end at SIGTERM, in ms, and with which code. It is not started again. */
  stop(): Promise<{ ms: number; code: number | null }>;
  /** SIGKILL, and not started again. */
  remove(): Promise<void>;
}

export interface SupervisedProcessOptions {
  listenerIndex: number;
  argv: readonly string[];
  environment: ProcessEnvironment;
  /** A process of this slot was killed: what has to happen before the next one starts. */
  afterKill: (pid: number) => Promise<void>;
  /** A process ended by itself. */
  onCrash: (stderr: string) => void;
}

/** How long to wait before starting again what ended by itself, in ms. */
const RESTART_DELAY_MS = 300;

export function superviseProcess({
  listenerIndex,
  argv,
  environment: commandEnvironment,
  afterKill,
  onCrash,
}: SupervisedProcessOptions): SupervisedProcess {
  let current: PaperboyProcess | null = null;
  let isUp = false;
  let isKilled = false;
  let isWanted = true;

  const runUntilStopped = async () => {
    while (isWanted) {
      const running = spawnPaperboy(argv, commandEnvironment);
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
      if (isKilled) await afterKill(running.pid);
      else if (isWanted) {
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
  return {
    listenerIndex,
    pid,
    waitUntilRunning: async () => {
      for (;;) {
        const id = pid();
        if (id !== null) return id;
        await pause(10);
      }
    },
    kill: () => {
      if (pid() === null) return false;
      isKilled = true;
      send('SIGKILL');
      return true;
    },
    signal: send,
    stop: async () => {
      isWanted = false;
      const begunAt = performance.now();
      const ended = current?.ended;
      send('SIGTERM');
      const code = (await ended)?.code ?? null;
      await supervision;
      return { ms: Math.round(performance.now() - begunAt), code };
    },
    remove: async () => {
      isWanted = false;
      send('SIGKILL');
      await supervision;
    },
  };
}

/** What a process that broke said of the reason: Node.js tells it after its own last log line. */
export function extractError(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{'));
  const at = lines.findIndex((line) => /\b(?:error|Error)\b/.test(line));
  return lines
    .slice(Math.max(at, 0), Math.max(at, 0) + 4)
    .join(' | ')
    .slice(0, 500);
}
