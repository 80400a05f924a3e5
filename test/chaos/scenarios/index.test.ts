import { describe, expect, it } from 'vitest';
import { SCENARIOS } from './index.ts';
import { isSelected } from './scenario.ts';

describe('Chaos scenarios', () => {
  it('Every scenario has its own name and runs on some deployment', () => {
    expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
    expect(SCENARIOS.filter(({ servers, embedded }) => !servers && !embedded)).toEqual([]);
  });

  it('The short form on the embedded deployment runs kills, relay faults and clock jumps only', () => {
    const names = (form: { isLong: boolean; isNamed: boolean }) =>
      SCENARIOS.filter((each) => isSelected(each, 'embedded', form)).map(({ name }) => name);
    const short = ['clock-jumps', 'named-kills', 'random-kills', 'relay-faults'];
    expect(names({ isLong: false, isNamed: false })).toEqual(short);
    expect(names({ isLong: true, isNamed: false })).toEqual(expect.arrayContaining(short));
    expect(names({ isLong: false, isNamed: true })).toContain('slow-relay');
  });

  it('The scenario of eleven minutes runs in the long form only', () => {
    const silentRelay = SCENARIOS.filter((each) => each.name === 'silent-relay');
    const isIn = (isLong: boolean) =>
      silentRelay.some((each) => isSelected(each, 'servers', { isLong, isNamed: false }));
    expect([isIn(false), isIn(true)]).toEqual([false, true]);
  });
});
