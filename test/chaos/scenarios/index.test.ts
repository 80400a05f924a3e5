import { describe, expect, it } from 'vitest';
import { SCENARIOS } from './index.ts';
import { isSelected } from './scenario.ts';

describe('the scenarios', () => {
  it('each have a name of their own and something to break', () => {
    expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
    expect(SCENARIOS.filter(({ servers, embedded }) => !servers && !embedded)).toEqual([]);
  });

  it('are kills, relay and clock alone in the short form of the embedded pair', () => {
    const names = (form: { isLong: boolean; isNamed: boolean }) =>
      SCENARIOS.filter((each) => isSelected(each, 'embedded', form)).map(({ name }) => name);
    const short = ['named-kills', 'random-kills', 'relay-faults', 'clock-jumps'];
    expect(names({ isLong: false, isNamed: false })).toEqual(short);
    expect(names({ isLong: true, isNamed: false })).toEqual(expect.arrayContaining(short));
    expect(names({ isLong: false, isNamed: true })).toContain('slow-relay');
  });

  it('leave what takes eleven minutes to the long form', () => {
    const silent = SCENARIOS.filter((each) => each.name === 'silent-relay');
    const isIn = (isLong: boolean) =>
      silent.some((each) => isSelected(each, 'servers', { isLong, isNamed: false }));
    expect([isIn(false), isIn(true)]).toEqual([false, true]);
  });
});
