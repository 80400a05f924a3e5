import type { CommandIo } from '../control/io.ts';

/** Prints a line of text. */
export function printLine(io: CommandIo, line: string): Promise<void> {
  return io.stdout.write(`${line}\n`);
}

/** Prints a value as one line of JSON. */
export function printJson(io: CommandIo, value: unknown): Promise<void> {
  return io.stdout.write(`${JSON.stringify(value)}\n`);
}

/** A line on a terminal that the next one overwrites, shown by commands that take long. */
interface TerminalProgress {
  show(line: string): void;
  /** Removes the line. */
  clear(): Promise<void>;
}

const SHOW_AFTER_MS = 2000;
const MIN_REDRAW_INTERVAL_MS = 100;

/** Progress on standard error, if that is a terminal. `elapsedMs` is a monotonic clock. */
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
