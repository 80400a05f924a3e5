import type { CommandIo } from '../control/io.ts';

/** Writes a line for people. */
export function printLine(io: CommandIo, line: string): Promise<void> {
  return io.stdout.write(`${line}\n`);
}

/** Writes an answer for machines. */
export function printJson(io: CommandIo, value: unknown): Promise<void> {
  return io.stdout.write(`${JSON.stringify(value)}\n`);
}

/** A line on a terminal that is drawn over by the next, shown once a command takes its time. */
export interface TerminalProgress {
  show(line: string): void;
  /** Removes the line. */
  clear(): Promise<void>;
}

const SHOW_AFTER_MS = 2000;
const MIN_REDRAW_INTERVAL_MS = 100;

/** Progress on the command's terminal; none when nobody watches. `elapsedMs` is any steady clock. */
export function createTerminalProgress(
  io: CommandIo,
  elapsedMs: () => number = () => performance.now(),
): TerminalProgress {
  const startedAt = elapsedMs();
  let shownAt = Number.NEGATIVE_INFINITY;
  let isShown = false;
  return {
    show: (line) => {
      const now = elapsedMs();
      if (
        !io.isTerminal ||
        now - startedAt < SHOW_AFTER_MS ||
        now - shownAt < MIN_REDRAW_INTERVAL_MS
      )
        return;
      shownAt = now;
      isShown = true;
      void io.stderr.write(`\r\u001b[K${line.slice(0, Math.max(io.columns - 1, 20))}`);
    },
    clear: async () => {
      if (isShown) await io.stderr.write('\r\u001b[K');
      isShown = false;
    },
  };
}
