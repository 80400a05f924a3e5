import { describe, expect, it } from 'vitest';
import {
  computeFetchRetryTime,
  computeNextFetchTime,
} from '../../../src/domain/sources/fetch-times.ts';
import type { PublishingSchedule } from '../../../src/domain/sources/publishing-schedule.ts';
import { UNDATED, USABLE_NEXT_DAY, USABLE_SAME_DAY } from './publishing-schedules.ts';

const MORNING = { hour: 5, minute: 30 };

const next = (
  source: PublishingSchedule,
  now: string,
  listedDays: string[] = [],
  composeAt = MORNING,
) =>
  computeNextFetchTime(source, {
    now: new Date(now),
    composeAt,
    listedDays: new Set(listedDays),
    random: 0.5,
  }).toISOString();

describe('A list that grows all day', () => {
  it('A list that grows all day is fetched every hour and shortly before composing', () => {
    expect(next(USABLE_NEXT_DAY, '2026-05-08T12:00:00Z', ['2026-05-07'])).toBe(
      '2026-05-08T13:00:00.000Z',
    );
    expect(next(USABLE_NEXT_DAY, '2026-05-08T04:40:00Z', ['2026-05-07'])).toBe(
      '2026-05-08T05:10:00.000Z',
    );
    expect(next(USABLE_NEXT_DAY, '2026-05-08T05:10:00Z', ['2026-05-07'])).toBe(
      '2026-05-08T06:10:00.000Z',
    );
  });

  it('The last fetch of a list happens after its day has ended', () => {
    const late = { hour: 0, minute: 5 };
    expect(next(USABLE_NEXT_DAY, '2026-05-08T23:30:00Z', ['2026-05-07'], late)).toBe(
      '2026-05-09T00:01:00.000Z',
    );
  });

  it('A missing list of a working day is fetched every 20 minutes, one of a non-working day is not', () => {
    expect(next(USABLE_NEXT_DAY, '2026-05-08T05:30:00Z')).toBe('2026-05-08T05:50:00.000Z');
    expect(next(USABLE_NEXT_DAY, '2026-05-10T05:30:00Z')).toBe('2026-05-10T06:30:00.000Z');
  });
});

describe('A list published at once', () => {
  it.each([
    ['in summer', '2026-05-07T12:00:00Z', '2026-05-08T04:22:30.000Z'],
    ['in winter', '2026-01-07T12:00:00Z', '2026-01-08T05:22:30.000Z'],
    ['on the night of the change', '2026-03-08T05:30:00Z', '2026-03-09T04:22:30.000Z'],
    ['on the same day still', '2026-05-08T03:00:00Z', '2026-05-08T04:22:30.000Z'],
  ])(
    'A list published at once is fetched soon after midnight in New York, %s',
    (_when, now, at) => {
      expect(next(USABLE_SAME_DAY, now, [now.slice(0, 10)])).toBe(at);
    },
  );

  it('A missing list is fetched every 20 minutes on a working day until noon in New York', () => {
    expect(next(USABLE_SAME_DAY, '2026-05-08T04:25:00Z')).toBe('2026-05-08T04:45:00.000Z');
    expect(next(USABLE_SAME_DAY, '2026-05-08T15:59:00Z')).toBe('2026-05-08T16:19:00.000Z');
    expect(next(USABLE_SAME_DAY, '2026-05-08T16:00:00Z')).toBe('2026-05-09T04:22:30.000Z');
    expect(next(USABLE_SAME_DAY, '2026-05-08T04:25:00Z', ['2026-05-08'])).toBe(
      '2026-05-09T04:22:30.000Z',
    );
    expect(next(USABLE_SAME_DAY, '2026-05-09T04:25:00Z')).toBe('2026-05-10T04:22:30.000Z');
  });
});

describe('An undated list', () => {
  it('An undated list is fetched every three hours', () => {
    expect(next(UNDATED, '2026-05-08T12:00:00Z')).toBe('2026-05-08T15:00:00.000Z');
  });
});

describe('computeFetchRetryTime', () => {
  const now = new Date('2026-05-08T05:00:00Z');
  const minutesAfter = (
    failures: number,
    retryAfterMs: number | null = null,
    isBusy = false,
    random = 0.5,
  ) =>
    (computeFetchRetryTime({ now, failures, isBusy, retryAfterMs, random }).getTime() -
      now.getTime()) /
    60_000;

  it('Retries of a failed source back off to 30 minutes', () => {
    expect([1, 2, 3, 4, 5, 50].map((failures) => minutesAfter(failures))).toEqual([
      2, 4, 8, 16, 30, 30,
    ]);
    expect([minutesAfter(1, null, false, 0), minutesAfter(1, null, false, 1)]).toEqual([1.8, 2.2]);
  });

  it('A busy source is left alone for ten minutes at least, or as long as it asks for', () => {
    expect(minutesAfter(1, null, true)).toBe(10);
    expect(minutesAfter(1, 60_000, true)).toBe(10);
    expect(minutesAfter(1, 3_600_000, true)).toBe(60);
    expect(minutesAfter(9, 60_000, true)).toBe(30);
  });
});
