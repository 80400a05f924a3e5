import { describe, expect, it } from 'vitest';
import { decideConfirmedStatus, parsePausedUntil } from '../../../src/domain/subscribers/pause.ts';

const TODAY = '2026-05-08';

describe('parsePausedUntil', () => {
  it.each([
    [null, null],
    ['', null],
    ['2026-05-09', '2026-05-09'],
    ['2027-05-09', '2027-05-09'],
  ])('The input %j ends the pause on %j', (answer, expected) => {
    expect(parsePausedUntil(answer, TODAY)).toBe(expected);
  });

  it.each(['2026-05-08', '2025-05-09', '2027-05-10', '2026-02-30', 'tomorrow', 7, {}])(
    'The input %j is not a day to pause until',
    (answer) => {
      expect(() => parsePausedUntil(answer, TODAY)).toThrow(
        /is not a day to pause until: expected one from 2026-05-09 to 2027-05-09\.$/,
      );
    },
  );
});

describe('decideConfirmedStatus', () => {
  it('A confirmed subscriber is paused while the day is in the future', () => {
    expect(decideConfirmedStatus('2026-05-09', TODAY)).toBe('paused');
    expect(decideConfirmedStatus('2026-05-08', TODAY)).toBe('active');
    expect(decideConfirmedStatus(null, TODAY)).toBe('active');
  });
});
