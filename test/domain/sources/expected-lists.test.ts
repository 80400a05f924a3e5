import { describe, expect, it } from 'vitest';
import {
  findExpectedListDay,
  selectDaysToFetch,
} from '../../../src/domain/sources/expected-lists.ts';
import type { PublishingSchedule } from '../../../src/domain/sources/publishing-schedule.ts';
import { UNDATED, USABLE_NEXT_DAY, USABLE_SAME_DAY } from './publishing-schedules.ts';

const MORNING = { hour: 5, minute: 30 };

describe('selectDaysToFetch', () => {
  const selectDays = (
    now: string,
    listedDays: string[],
    empty: string[] = [],
    source: PublishingSchedule = USABLE_NEXT_DAY,
  ) =>
    selectDaysToFetch(source, {
      now: new Date(now),
      composeAt: MORNING,
      listedDays: new Set(listedDays),
      emptyDays: new Set(empty),
    });

  it('An undated source is fetched without a day', () => {
    expect(selectDays('2026-05-08T12:00:00Z', [], [], UNDATED)).toEqual([null]);
  });

  it('Yesterday is fetched until its digest is composed, and today always', () => {
    const week = ['2026-05-04', '2026-05-05', '2026-05-06', '2026-05-07'];
    expect(selectDays('2026-05-08T05:10:00Z', week)).toEqual(['2026-05-07', '2026-05-08']);
    expect(selectDays('2026-05-08T05:30:00Z', week)).toEqual(['2026-05-08']);
  });

  it('Missed working days are fetched too, but no weekends', () => {
    expect(selectDays('2026-05-08T12:00:00Z', ['2026-05-05'])).toEqual([
      ...['2026-05-07', '2026-05-08', '2026-05-06', '2026-05-04'],
    ]);
    expect(selectDays('2026-05-11T12:00:00Z', ['2026-05-07'])).toEqual([
      '2026-05-11',
      '2026-05-08',
    ]);
  });

  it('Days that stayed empty after they were over are not fetched again, except yesterday', () => {
    const empty = ['2026-05-04', '2026-05-06', '2026-05-07'];
    expect(selectDays('2026-05-08T12:00:00Z', ['2026-05-05'], empty)).toEqual([
      '2026-05-07',
      '2026-05-08',
    ]);
  });

  it('A source published at once is fetched by the day in New York', () => {
    expect(selectDays('2026-05-08T03:00:00Z', ['2026-05-06'], [], USABLE_SAME_DAY)).toEqual([
      ...['2026-05-07', '2026-05-05', '2026-05-04'],
    ]);
    expect(
      selectDays('2026-05-08T04:20:00Z', ['2026-05-06', '2026-05-07'], [], USABLE_SAME_DAY),
    ).toEqual([...['2026-05-08', '2026-05-05', '2026-05-04']]);
  });

  it('The first fetch goes back to the newest expected list', () => {
    expect(selectDays('2026-05-08T12:00:00Z', [])).toEqual(['2026-05-08', '2026-05-07']);
    expect(selectDays('2026-05-11T12:00:00Z', [])).toEqual([
      ...['2026-05-11', '2026-05-10', '2026-05-09', '2026-05-08'],
    ]);
  });
});

describe('findExpectedListDay', () => {
  const of = (source: PublishingSchedule, kind: 'daily' | 'weekly', from: string) =>
    findExpectedListDay(source, { kind, date: from.slice(0, 10), from: new Date(from) });

  it('A digest expects no list from an undated source', () => {
    expect(of(UNDATED, 'weekly', '2026-05-11T05:30:00Z')).toBeNull();
  });

  it('A digest expects the list of its day, or of the day before if that grows all day', () => {
    expect(of(USABLE_SAME_DAY, 'daily', '2026-05-08T05:30:00Z')).toBe('2026-05-08');
    expect(of(USABLE_NEXT_DAY, 'daily', '2026-05-08T05:30:00Z')).toBe('2026-05-07');
  });

  it('A digest expects no list after a weekend or a holiday', () => {
    expect(of(USABLE_SAME_DAY, 'daily', '2026-05-09T05:30:00Z')).toBeNull();
    expect(of(USABLE_NEXT_DAY, 'daily', '2026-05-11T05:30:00Z')).toBeNull();
    expect(of(USABLE_NEXT_DAY, 'daily', '2026-05-09T05:30:00Z')).toBe('2026-05-08');
    expect(of(USABLE_SAME_DAY, 'daily', '2026-11-27T05:30:00Z')).toBeNull();
  });

  it('A digest does not expect a list published an hour after composing', () => {
    expect(of(USABLE_SAME_DAY, 'daily', '2026-01-08T04:20:00Z')).toBe('2026-01-08');
    expect(of(USABLE_SAME_DAY, 'daily', '2026-01-08T04:19:00Z')).toBeNull();
  });

  it('A weekly digest expects the newest list of its week', () => {
    expect(of(USABLE_NEXT_DAY, 'weekly', '2026-05-11T05:30:00Z')).toBe('2026-05-08');
    expect(of(USABLE_SAME_DAY, 'weekly', '2026-11-30T05:30:00Z')).toBe('2026-11-26');
  });
});
