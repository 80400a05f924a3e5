import { addDays, countDaysSinceMonday } from '../time/schedule.ts';
import type { Source } from './source.ts';

/**
 * Whether arXiv publishes a list on `day` (`YYYY-MM-DD`): Monday to Friday, with the submissions
 * until 14:00 in New York on the working day before. After a holiday there is no list: none on
 * Friday after Thanksgiving, none on Monday after a holiday on Friday (arXiv, submission schedule).
 */
export function isWorkingDay(day: string): boolean {
  return (
    !isWeekend(day) &&
    !isHoliday(addDays(day, countDaysSinceMonday(day) === MONDAY_INDEX ? -3 : -1))
  );
}

/** Whether `day` is a Saturday or a Sunday. */
export function isWeekend(day: string): boolean {
  return countDaysSinceMonday(day) >= SATURDAY_INDEX;
}

/** Why no source publishes a list. */
type NonWorkingDayKind = 'weekend' | 'holiday';

/** Why a digest of `date` (`YYYY-MM-DD`) can expect no papers; null when it can. */
export type ClassifyNonWorkingDay = (date: string) => NonWorkingDayKind | null;

/**
 * Returns the classifier for a set of sources. A source whose papers may be used one day after
 * their list has no papers for a digest on the day after a non-working day. Without sources the
 * calendar decides, as for sources whose lists may be used on the same day.
 */
export function createNonWorkingDayClassifier(
  sources: readonly Pick<Source, 'usableAfterDays'>[],
): ClassifyNonWorkingDay {
  const offsets = new Set<number>(sources.map(({ usableAfterDays }) => usableAfterDays));
  const listOffsets = offsets.size === 0 ? [0] : [...offsets];
  return (date) => {
    const listDays = listOffsets.map((offset) => addDays(date, -offset));
    if (listDays.some(isWorkingDay)) return null;
    return listDays.every(isWeekend) ? 'weekend' : 'holiday';
  };
}

/** Days since Monday. */
const MONDAY_INDEX = 0;
const THURSDAY_INDEX = 3;
const SATURDAY_INDEX = 5;
const SUNDAY_INDEX = 6;

/** Days without a submission deadline, as arXiv published them
 *  (info.arxiv.org/help/availability.html). */
const PUBLISHED_HOLIDAYS: Readonly<Record<string, readonly string[]>> = {
  2025: ['01-01', '01-20', '06-19', '07-04', '09-01', '11-27', '12-25', '12-30'],
  2026: ['01-01', '01-19', '06-19', '07-03', '09-07', '11-26', '12-25', '12-29', '12-31'],
};

function isHoliday(day: string): boolean {
  const year = day.slice(0, 4);
  const published = PUBLISHED_HOLIDAYS[year];
  return published ? published.includes(day.slice(5)) : isRecurringHoliday(day, year);
}

/** The holidays of a year that arXiv has not published yet, as in past years. The winter break
 *  varies, so all of it counts: a missing alert is better than a false one. */
function isRecurringHoliday(day: string, year: string): boolean {
  if (day >= `${year}-12-24` || day <= `${year}-01-01`) return true;
  return [
    findNthWeekday(3, MONDAY_INDEX, `${year}-01-01`),
    toObservedDay(`${year}-06-19`),
    toObservedDay(`${year}-07-04`),
    findNthWeekday(1, MONDAY_INDEX, `${year}-09-01`),
    findNthWeekday(4, THURSDAY_INDEX, `${year}-11-01`),
  ].includes(day);
}

/** The `count`-th such weekday of the month that starts on `first`. */
function findNthWeekday(count: number, weekday: number, first: string): string {
  return addDays(first, ((weekday - countDaysSinceMonday(first) + 7) % 7) + 7 * (count - 1));
}

/**
 * A holiday on a weekend is observed on the Friday before or the Monday after (5 U.S.C. § 6103).
 */
function toObservedDay(day: string): string {
  const weekday = countDaysSinceMonday(day);
  if (weekday === SATURDAY_INDEX) return addDays(day, -1);
  return weekday === SUNDAY_INDEX ? addDays(day, 1) : day;
}
