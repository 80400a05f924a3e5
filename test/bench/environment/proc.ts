import { readdirSync, readFileSync } from 'node:fs';

/** Unit of the times in /proc: USER_HZ, which is 100 on Linux (time(7)). */
const MS_PER_TICK = 10;

/** Times of a process from /proc/PID/stat, in ms, including its threads. */
export interface ProcessTimes {
  parent: number;
  cpuMs: number;
  /** CPU time of children that ended and were waited for. */
  endedChildrenMs: number;
}

/** Parses /proc/PID/stat (proc(5)). The name in it may have spaces and brackets. */
export function parseStat(line: string): ProcessTimes {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const field = (position: number) => Number(fields[position - 3]);
  return {
    parent: field(4),
    cpuMs: (field(14) + field(15)) * MS_PER_TICK,
    endedChildrenMs: (field(16) + field(17)) * MS_PER_TICK,
  };
}

/** The number of a line such as `VmHWM:  1234 kB` or `rchar: 99`. */
export function parseField(text: string, name: string): number {
  const value = new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`There is no ${name} in: ${text.slice(0, 80)}`);
  return Number(value);
}

/** CPU time of a process and its children, including those that ended, in ms. */
export function cpuMsOf(pid: number): number {
  const own = statOf(pid);
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((times) => times?.parent === pid);
  return (
    [own, ...children].reduce((sum, times) => sum + (times?.cpuMs ?? 0), 0) +
    (own?.endedChildrenMs ?? 0)
  );
}

/** Peak memory of a process, in MB of a million bytes. */
export function peakRssMb(pid: number): number {
  return (parseField(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmHWM') * 1024) / 1e6;
}

/** Bytes that a process has read, including from sockets. */
export function bytesRead(pid: number): number {
  return parseField(readFileSync(`/proc/${pid}/io`, 'utf8'), 'rchar');
}

/** Null for a process that has ended. */
function statOf(pid: number): ProcessTimes | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null;
  }
}
