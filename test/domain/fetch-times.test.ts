import { describe, expect, it } from 'vitest';
import {
  daysToAsk,
  expectedDay,
  nextFetchAt,
  type Rhythm,
  retryFetchAt,
} from '../../src/domain/fetch-times.ts';
import { isWorkingDay } from '../../src/domain/working-days.ts';

const FILLS = { usableAfterDays: 1, listsOn: isWorkingDay } as const;
const AT_ONCE = { usableAfterDays: 0, listsOn: isWorkingDay } as const;
const OF_NO_DAY = { usableAfterDays: 0, listsOn: () => false } as const;
const MORNING = { hour: 5, minute: 30 };

const next = (source: Rhythm, now: string, brought: string[] = [], composeAt = MORNING) =>
  nextFetchAt(source, {
    now: new Date(now),
    composeAt,
    brought: new Set(brought),
    random: 0.5,
  }).toISOString();

describe('A source that fills all day', () => {
  it('is asked every hour, and shortly before composing', () => {
    expect(next(FILLS, '2026-05-08T12:00:00Z', ['2026-05-07'])).toBe('2026-05-08T13:00:00.000Z');
    expect(next(FILLS, '2026-05-08T04:40:00Z', ['2026-05-07'])).toBe('2026-05-08T05:10:00.000Z');
    expect(next(FILLS, '2026-05-08T05:10:00Z', ['2026-05-07'])).toBe('2026-05-08T06:10:00.000Z');
  });

  it('is looked at for the last time no sooner than its day has ended', () => {
    const late = { hour: 0, minute: 5 };
    expect(next(FILLS, '2026-05-08T23:30:00Z', ['2026-05-07'], late)).toBe(
      '2026-05-09T00:01:00.000Z',
    );
  });

  it('is asked every 20 minutes while the list of a working day is missing, not after a day of rest', () => {
    expect(next(FILLS, '2026-05-08T05:30:00Z')).toBe('2026-05-08T05:50:00.000Z');
    expect(next(FILLS, '2026-05-10T05:30:00Z')).toBe('2026-05-10T06:30:00.000Z');
  });
});

describe('A source that is there at once', () => {
  it.each([
    ['in summer', '2026-05-07T12:00:00Z', '2026-05-08T04:22:30.000Z'],
    ['in winter', '2026-01-07T12:00:00Z', '2026-01-08T05:22:30.000Z'],
    ['on the night of the change', '2026-03-08T05:30:00Z', '2026-03-09T04:22:30.000Z'],
    ['on the same day still', '2026-05-08T03:00:00Z', '2026-05-08T04:22:30.000Z'],
  ])('is asked soon after midnight in New York, %s', (_when, now, at) => {
    expect(next(AT_ONCE, now, [now.slice(0, 10)])).toBe(at);
  });

  it('is asked every 20 minutes on a working day until it is there, or until noon', () => {
    expect(next(AT_ONCE, '2026-05-08T04:25:00Z')).toBe('2026-05-08T04:45:00.000Z');
    expect(next(AT_ONCE, '2026-05-08T15:59:00Z')).toBe('2026-05-08T16:19:00.000Z');
    expect(next(AT_ONCE, '2026-05-08T16:00:00Z')).toBe('2026-05-09T04:22:30.000Z');
    expect(next(AT_ONCE, '2026-05-08T04:25:00Z', ['2026-05-08'])).toBe('2026-05-09T04:22:30.000Z');
    expect(next(AT_ONCE, '2026-05-09T04:25:00Z')).toBe('2026-05-10T04:22:30.000Z');
  });
});

describe('A source of no days', () => {
  it('is asked every three hours, for what it has', () => {
    expect(next(OF_NO_DAY, '2026-05-08T12:00:00Z')).toBe('2026-05-08T15:00:00.000Z');
    const asking = {
      now: new Date('2026-05-08T12:00:00Z'),
      composeAt: MORNING,
      brought: new Set(''),
    };
    expect(daysToAsk(OF_NO_DAY, asking)).toEqual([null]);
    const digest = { kind: 'weekly', date: '2026-05-11', from: asking.now } as const;
    expect(expectedDay(OF_NO_DAY, digest)).toBeNull();
  });
});

describe('A source that failed', () => {
  const now = new Date('2026-05-08T05:00:00Z');
  const minutesAfter = (
    failures: number,
    retryAfterMs: number | null = null,
    isBusy = false,
    random = 0.5,
  ) =>
    (retryFetchAt({ now, failures, isBusy, retryAfterMs, random }).getTime() - now.getTime()) /
    60_000;

  it('is asked again later and later, up to every 30 minutes', () => {
    expect([1, 2, 3, 4, 5, 50].map((failures) => minutesAfter(failures))).toEqual([
      2, 4, 8, 16, 30, 30,
    ]);
    expect([minutesAfter(1, null, false, 0), minutesAfter(1, null, false, 1)]).toEqual([1.8, 2.2]);
  });

  it('is left alone for ten minutes at least when it asks for patience, or longer if it says so', () => {
    expect(minutesAfter(1, null, true)).toBe(10);
    expect(minutesAfter(1, 60_000, true)).toBe(10);
    expect(minutesAfter(1, 3_600_000, true)).toBe(60);
    expect(minutesAfter(9, 60_000, true)).toBe(30);
  });
});

describe('The days to ask for', () => {
  const ask = (now: string, brought: string[], empty: string[] = [], source: Rhythm = FILLS) =>
    daysToAsk(source, {
      now: new Date(now),
      composeAt: MORNING,
      brought: new Set(brought),
      empty: new Set(empty),
    });

  it('are yesterday until it is composed, and today', () => {
    const week = ['2026-05-04', '2026-05-05', '2026-05-06', '2026-05-07'];
    expect(ask('2026-05-08T05:10:00Z', week)).toEqual(['2026-05-07', '2026-05-08']);
    expect(ask('2026-05-08T05:30:00Z', week)).toEqual(['2026-05-08']);
  });

  it('are those that were missed too, weekends apart', () => {
    expect(ask('2026-05-08T12:00:00Z', ['2026-05-05'])).toEqual([
      ...['2026-05-07', '2026-05-08', '2026-05-06', '2026-05-04'],
    ]);
    expect(ask('2026-05-11T12:00:00Z', ['2026-05-07'])).toEqual(['2026-05-11', '2026-05-08']);
  });

  it('are none of those that were empty once they were over, yesterday apart', () => {
    const empty = ['2026-05-04', '2026-05-06', '2026-05-07'];
    expect(ask('2026-05-08T12:00:00Z', ['2026-05-05'], empty)).toEqual([
      '2026-05-07',
      '2026-05-08',
    ]);
  });

  it('are those of New York for a source that is there at once', () => {
    expect(ask('2026-05-08T03:00:00Z', ['2026-05-06'], [], AT_ONCE)).toEqual([
      ...['2026-05-07', '2026-05-05', '2026-05-04'],
    ]);
    expect(ask('2026-05-08T04:20:00Z', ['2026-05-06', '2026-05-07'], [], AT_ONCE)).toEqual([
      ...['2026-05-08', '2026-05-05', '2026-05-04'],
    ]);
  });

  it('go back at first to the newest list that there must be', () => {
    expect(ask('2026-05-08T12:00:00Z', [])).toEqual(['2026-05-08', '2026-05-07']);
    expect(ask('2026-05-11T12:00:00Z', [])).toEqual([
      ...['2026-05-11', '2026-05-10', '2026-05-09', '2026-05-08'],
    ]);
  });
});

describe('What a digest expects of a source', () => {
  const of = (source: Rhythm, kind: 'daily' | 'weekly', from: string) =>
    expectedDay(source, { kind, date: from.slice(0, 10), from: new Date(from) });

  it('is the list of its day, or of the day before when it fills all day', () => {
    expect(of(AT_ONCE, 'daily', '2026-05-08T05:30:00Z')).toBe('2026-05-08');
    expect(of(FILLS, 'daily', '2026-05-08T05:30:00Z')).toBe('2026-05-07');
  });

  it('is nothing after a weekend or a holiday', () => {
    expect(of(AT_ONCE, 'daily', '2026-05-09T05:30:00Z')).toBeNull();
    expect(of(FILLS, 'daily', '2026-05-11T05:30:00Z')).toBeNull();
    expect(of(FILLS, 'daily', '2026-05-09T05:30:00Z')).toBe('2026-05-08');
    expect(of(AT_ONCE, 'daily', '2026-11-27T05:30:00Z')).toBeNull();
  });

  it('is nothing that is made only an hour after composing', () => {
    expect(of(AT_ONCE, 'daily', '2026-01-08T04:20:00Z')).toBe('2026-01-08');
    expect(of(AT_ONCE, 'daily', '2026-01-08T04:19:00Z')).toBeNull();
  });

  it('is the newest list of its week in a weekly one', () => {
    expect(of(FILLS, 'weekly', '2026-05-11T05:30:00Z')).toBe('2026-05-08');
    expect(of(AT_ONCE, 'weekly', '2026-11-30T05:30:00Z')).toBe('2026-11-26');
  });
});
