import { addDays, daysSinceMonday } from './schedule.ts';

/**
 * Whether arXiv has a list of `day` (`YYYY-MM-DD`): on Monday to Friday, of what was frozen for it at
 * 14:00 in New York on the working day before. A holiday empties the list after it: Thanksgiving that
 * of Friday, a Friday that of Monday (arXiv: submission schedule).
 */
export function isWorkingDay(day: string): boolean {
  return !isWeekend(day) && !isHoliday(addDays(day, daysSinceMonday(day) === MONDAY ? -3 : -1));
}

/** Whether `day` is a Saturday or a Sunday. */
export function isWeekend(day: string): boolean {
  return daysSinceMonday(day) >= SATURDAY;
}

/** Days since Monday. */
const MONDAY = 0;
const THURSDAY = 3;
const SATURDAY = 5;
const SUNDAY = 6;

/** Days without a freeze, as arXiv published them (info.arxiv.org/help/availability.html). */
const PUBLISHED: Readonly<Record<string, readonly string[]>> = {
  2025: ['01-01', '01-20', '06-19', '07-04', '09-01', '11-27', '12-25', '12-30'],
  2026: ['01-01', '01-19', '06-19', '07-03', '09-07', '11-26', '12-25', '12-29', '12-31'],
};

function isHoliday(day: string): boolean {
  const year = day.slice(0, 4);
  const published = PUBLISHED[year];
  return published ? published.includes(day.slice(5)) : isUsualHoliday(day, year);
}

/** The holidays of a year of which nothing is published yet: those of each year so far. Some days of
 *  the winter break are free too, never the same: one that is missed is better than a false alarm. */
function isUsualHoliday(day: string, year: string): boolean {
  if (day >= `${year}-12-24` || day <= `${year}-01-01`) return true;
  return [
    nth(3, MONDAY, `${year}-01-01`),
    observed(`${year}-06-19`),
    observed(`${year}-07-04`),
    nth(1, MONDAY, `${year}-09-01`),
    nth(4, THURSDAY, `${year}-11-01`),
  ].includes(day);
}

/** The `count`-th such weekday from the first of a month on. */
function nth(count: number, weekday: number, first: string): string {
  return addDays(first, ((weekday - daysSinceMonday(first) + 7) % 7) + 7 * (count - 1));
}

/** Holidays at weekends are kept on the Friday before, or the Monday after (5 U.S.C. § 6103). */
function observed(day: string): string {
  const weekday = daysSinceMonday(day);
  if (weekday === SATURDAY) return addDays(day, -1);
  return weekday === SUNDAY ? addDays(day, 1) : day;
}
