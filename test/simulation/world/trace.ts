/** What happened, a line per event. */
export interface Trace {
  add(who: string, what: string): void;
  lines(): readonly string[];
}

/** `startsAt` is the time of day at the beginning, `nowMs` the virtual time since. */
export function createTrace(nowMs: () => number, onLine: (line: string) => void): Trace {
  const lines: string[] = [];
  return {
    add: (who, what) => {
      const seconds = (nowMs() / 1000).toFixed(4).padStart(10);
      const line = `${seconds}  ${who.padEnd(12)} ${what}`;
      lines.push(line);
      onLine(line);
    },
    lines: () => lines,
  };
}
