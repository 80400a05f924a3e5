import { describe, expect, it } from 'vitest';
import {
  createNonWorkingDayClassifier,
  isWeekend,
  isWorkingDay,
} from '../../../src/domain/sources/working-days.ts';
import { addDays } from '../../../src/domain/time/schedule.ts';

/** Weekdays of the year without a list. */
function listHolidays(year: number): string[] {
  const holidays: string[] = [];
  for (let day = `${year}-01-01`; day <= `${year}-12-31`; day = addDays(day, 1))
    if (!isWeekend(day) && !isWorkingDay(day)) holidays.push(day.slice(5));
  return holidays;
}

describe('isWorkingDay', () => {
  it('Weekends are not working days', () => {
    const week = ['04', '05', '06', '07', '08', '09', '10'].map((day) => `2026-05-${day}`);
    expect(week.map(isWorkingDay)).toEqual([true, true, true, true, true, false, false]);
    expect(week.map(isWeekend)).toEqual([false, false, false, false, false, true, true]);
  });

  it('The weekday after a published arXiv holiday is not a working day', () => {
    expect(listHolidays(2026)).toEqual([
      ...['01-02', '01-20', '06-22', '07-06', '09-08', '11-27', '12-28', '12-30'],
    ]);
    expect(listHolidays(2025)).toEqual([
      ...['01-01', '01-02', '01-21', '06-20', '07-07', '09-02', '11-28', '12-26', '12-31'],
    ]);
  });

  it('A year without published holidays has the usual ones and the whole winter break', () => {
    expect(listHolidays(2027)).toEqual([
      ...['01-01', '01-04', '01-19', '06-21', '07-06', '09-07', '11-26', '12-27', '12-28', '12-29'],
      ...['12-30', '12-31'],
    ]);
  });
});

/** Classifies a date for sources whose papers are usable that many days after their list. */
function classify(date: string, usableAfterDays: (0 | 1)[]) {
  return createNonWorkingDayClassifier(usableAfterDays.map((days) => ({ usableAfterDays: days })))(
    date,
  );
}

describe('createNonWorkingDayClassifier', () => {
  it('A date is a non-working day when no source has a list for it, at its own offset', () => {
    expect(classify('2026-05-09', [0])).toBe('weekend');
    expect(classify('2026-05-09', [1])).toBeNull();
    expect(classify('2026-05-11', [1])).toBe('weekend');
    expect(classify('2026-05-11', [0, 1])).toBeNull();
    expect(classify('2026-05-10', [0, 1])).toBe('weekend');
    expect(classify('2026-05-10', [])).toBe('weekend');
    expect(classify('2026-11-27', [0])).toBe('holiday');
    expect(classify('2026-11-28', [0, 1])).toBe('holiday');
    expect(classify('2026-11-26', [0])).toBeNull();
  });
});
