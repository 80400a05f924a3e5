import type { CommandIo } from '../control/io.ts';

/** Writes a line for people. */
export function say(io: CommandIo, line: string): Promise<void> {
  return io.stdout.write(`${line}\n`);
}

/** Writes an answer for machines. */
export function sayJson(io: CommandIo, answer: unknown): Promise<void> {
  return io.stdout.write(`${JSON.stringify(answer)}\n`);
}

/** A line on a terminal that is drawn over by the next, shown once a command takes its time. */
export interface Progress {
  show(line: string): void;
  /** Removes the line. */
  end(): Promise<void>;
}

const SHOW_AFTER_MS = 2000;
const SHOW_EVERY_MS = 100;

/** Progress on the command's terminal; none when nobody watches. */
export function progressOn(io: CommandIo): Progress {
  const startedAt = performance.now();
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    show: (line) => {
      const now = performance.now();
      if (!io.isTerminal || now - startedAt < SHOW_AFTER_MS || now - shownAt < SHOW_EVERY_MS)
        return;
      shownAt = now;
      void io.stderr.write(`\r\u001b[K${line.slice(0, Math.max(io.columns - 1, 20))}`);
    },
    end: async () => {
      if (shownAt > Number.NEGATIVE_INFINITY) await io.stderr.write('\r\u001b[K');
    },
  };
}

/** `12,345`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-GB');
}
