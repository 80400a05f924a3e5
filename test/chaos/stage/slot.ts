import { launch, type Paperboy, type Place, pause } from '../../processes/support/paperboy.ts';

/** A place for a process that is started again whenever it ends, until it is told to stop. */
export interface Slot {
  /** The sink's door that this process sends through. */
  door: number;
  /** The process that runs now, or null between two. */
  pid(): number | null;
  /** Resolves once a process runs, with its id. */
  up(): Promise<number>;
  /** SIGKILL, at once: when it returns, the process executes nothing any more. False when none ran. */
  kill(): boolean;
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void;
  /** How long it took to end at SIGTERM, in ms, and with which code. It is not started again. */
  stop(): Promise<{ ms: number; code: number | null }>;
  /** SIGKILL, and not started again. */
  remove(): Promise<void>;
}

export interface SlotDeps {
  door: number;
  argv: readonly string[];
  place: Place;
  /** A process of this slot was killed: what has to happen before the next one starts. */
  afterKill: (pid: number) => Promise<void>;
  /** A process ended by itself. */
  onCrash: (stderr: string) => void;
}

/** How long to wait before starting again what ended by itself, in ms. */
const AGAIN_MS = 300;

export function openSlot({ door, argv, place, afterKill, onCrash }: SlotDeps): Slot {
  let current: Paperboy | null = null;
  let isUp = false;
  let isKilled = false;
  let isWanted = true;

  const live = async () => {
    while (isWanted) {
      const running = launch(argv, place);
      current = running;
      isKilled = false;
      running.says(' runs: ').then(
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
        await pause(AGAIN_MS);
      }
    }
  };
  const living = live();

  const pid = () => (isUp && !isKilled ? (current?.pid ?? null) : null);
  const send = (signal: NodeJS.Signals) => {
    if (current) process.kill(current.pid, signal);
  };
  return {
    door,
    pid,
    up: async () => {
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
      await living;
      return { ms: Math.round(performance.now() - begunAt), code };
    },
    remove: async () => {
      isWanted = false;
      send('SIGKILL');
      await living;
    },
  };
}

/** What a process that broke said of the reason: Node.js tells it after its own last log line. */
export function lastWords(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('{'));
  const at = lines.findIndex((line) => /\b(?:error|Error)\b/.test(line));
  return lines
    .slice(Math.max(at, 0), Math.max(at, 0) + 4)
    .join(' | ')
    .slice(0, 500);
}
