import { describe, expect, it } from 'vitest';
import { parseField, parseStat } from './proc.ts';

describe('/proc', () => {
  it('parseStat reads the times of a process whose name has spaces and brackets', () => {
    const line = '4321 (node (x) 1) S 99 4321 4321 0 -1 4194560 1 2 3 4 250 50 7 3 20 0 11 0 1 2 3';
    expect(parseStat(line)).toEqual({ parent: 99, cpuMs: 3000, endedChildrenMs: 100 });
  });

  it('parseField reads a value by its name', () => {
    expect(parseField('VmPeak:\t  900 kB\nVmHWM:\t  512 kB\n', 'VmHWM')).toBe(512);
    expect(() => parseField('VmPeak:\t  900 kB\n', 'VmHWM')).toThrow('There is no VmHWM');
  });
});
