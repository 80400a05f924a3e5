import { describe, expect, it } from 'vitest';
import { selfTimes, summariseProfile } from './self-times.ts';

const PROFILE = {
  nodes: [
    frame(1, '(idle)', '', -1),
    frame(2, 'write', 'file:///app/node_modules/@scope/pg/lib/a.js', 9),
    frame(3, 'write', 'file:///app/node_modules/@scope/pg/lib/a.js', 9),
    frame(4, '', 'file:///app/dist/mail/render.js', 41),
  ],
  samples: [2, 1, 3, 4],
  timeDeltas: [500, 3000, 4000, 1000, 1000],
};

function frame(id: number, functionName: string, url: string, lineNumber: number) {
  return { id, callFrame: { functionName, url, lineNumber } };
}

describe('A CPU profile', () => {
  it('selfTimes adds up the time from each sample to the next, once per function', () => {
    expect(selfTimes(PROFILE)).toEqual([
      { name: 'write', module: '@scope/pg', line: 10, ms: 4 },
      { name: '(idle)', module: 'v8', line: 0, ms: 4 },
      { name: '(anonymous)', module: 'mail/render.js', line: 42, ms: 1 },
    ]);
  });

  it('summariseProfile gives shares of the busy time', () => {
    const text = summariseProfile(selfTimes(PROFILE), 1);
    expect(text).toContain('busy 5 ms, idle 4 ms');
    expect(text).toContain('80.0 %         4 ms  write  @scope/pg:10');
    expect(text).not.toContain('(anonymous)');
  });
});
