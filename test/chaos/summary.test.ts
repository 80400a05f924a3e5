import { expect, test } from 'vitest';
import type { Counts } from './check-invariants.ts';
import {
  describeBroken,
  describeCounts,
  isOnlyLate,
  type ScenarioRun,
  summariseRuns,
} from './summary.ts';

const COUNTS: Counts = {
  ...{ deliveries: 100, accepted: 98, accepted_twice: 0, lost: 0 },
  ...{ unknown: 3, unknown_unseen: 1, unknown_needless: 1, kills: 2 },
  ...{ worst_unknown_per_process: 2, most_sending: 10, worst_stall_s: 4.5 },
};

function ran(name: string, given: Partial<ScenarioRun['result']> = {}): ScenarioRun {
  return {
    ...{ name, deployment: 'servers', seconds: 9 },
    result: { counts: COUNTS, violations: [], ...given },
  };
}

test('A scenario shows what it did to the mails, and which unknown ones a fault explains', () => {
  expect(describeCounts(COUNTS)).toBe(
    '2 kills, 98 accepted, 0 doubled, 0 lost, 3 unknown (2 explained, 1 needless), worst stall 4.5 s',
  );
  expect(describeCounts(null)).toBe('');
});

test('A run adds up its scenarios, keeps the worst figures and holds without violations only', () => {
  const about = { seed: 7, maxInFlight: 10 };
  const summary = summariseRuns(
    [ran('one'), ran('two', { facts: { stop_ms: 80 } }), ran('three', { counts: null })],
    about,
  );
  expect(summary).toMatchObject({
    ...{ held: true, seed: 7, scenarios: 3, deliveries: 200, unknown: 6, unknown_needless: 2 },
    ...{ kills: 4, worst_stall_s: 4.5, most_sending: 10, bound_per_process: 10, stop_ms: 80 },
  });
  const broken = summariseRuns([ran('one', { violations: ['1 accepted twice: 3'] })], about);
  expect(broken.held).toBe(false);
  expect(broken.violations).toEqual([
    { scenario: 'one', deployment: 'servers', what: '1 accepted twice: 3' },
  ]);
});

test('A scenario that exceeded a limit of time may run again, unless it broke an invariant too', () => {
  const late = ['sending again after 70 s'];
  expect(isOnlyLate(ran('one', { late }))).toBe(true);
  expect(isOnlyLate(ran('one', { late, violations: ['1 lost: 3'] }))).toBe(false);
  expect(isOnlyLate(ran('one', { late: [] }))).toBe(false);
});

test('A limit of time that was exceeded again is a violation', () => {
  const repeated: ScenarioRun = { ...ran('one', { late: ['too late'] }), isRepeated: true };
  const summary = summariseRuns([repeated, ran('two')], { seed: 7, maxInFlight: 10 });
  expect(summary).toMatchObject({ held: false, repeated: ['one'] });
});

test('The output ends with each broken scenario, what is wrong, and how to repeat it', () => {
  expect(describeBroken([ran('one')], 7)).toEqual(['All 1 scenarios held.']);
  const broken = ran('two', { violations: ['1 lost: 3', 'it failed:\n  no route'] });
  expect(describeBroken([ran('one'), broken], 7)).toEqual([
    '1 of 2 scenarios are broken.',
    'two, servers:',
    '  - 1 lost: 3',
    '  - it failed: | no route',
    '  npm run chaos -- --only two --servers --seed 7',
  ]);
});
