import { readdirSync, readFileSync } from 'node:fs';

/** Unit of the times in /proc: USER_HZ, which Linux keeps at 100 for programs (time(7)). */
const MS_PER_TICK = 10;

/** What /proc/PID/stat tells of a process; times in ms, those of threads included. */
export interface ProcessTimes {
  parent: number;
  cpuMs: number;
  /** Of children that ended and were waited for. */
  endedChildrenMs: number;
}

/** Reads a line of /proc/PID/stat (proc(5)); the name in it may hold spaces and brackets. */
export function parseStat(line: string): ProcessTimes {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const number = (environment: number) => Number(fields[environment - 3]);
  return {
    parent: number(4),
    cpuMs: (number(14) + number(15)) * MS_PER_TICK,
    endedChildrenMs: (number(16) + number(17)) * MS_PER_TICK,
  };
}

/** A value such as `VmHWM:  1234 kB` or `rchar: 99` of a file in /proc. */
export function parseField(text: string, name: string): number {
  const value = new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`There is no ${name} in: ${text.slice(0, 80)}`);
  return Number(value);
}

/** CPU of a process and of its children, those that ended among them, in ms. */
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

/** The most memory that a process ever held, in MB of a million bytes. */
export function peakRssMb(pid: number): number {
  return (parseField(readFileSync(`/proc/${pid}/status`, 'utf8'), 'VmHWM') * 1024) / 1e6;
}

/** Bytes that a process has read, from sockets too. */
export function bytesRead(pid: number): number {
  return parseField(readFileSync(`/proc/${pid}/io`, 'utf8'), 'rchar');
}

/** Null for a process that has ended meanwhile. */
function statOf(pid: number): ProcessTimes | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null;
  }
}
