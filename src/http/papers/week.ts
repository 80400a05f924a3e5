import { formatLongDate, formatQuantity } from '../../domain/text/format.ts';
import { formatShortDay } from '../pages/days.ts';
import { papersHref } from '../pages/hrefs.ts';
import type { NavLink } from '../pages/page-layout.ts';
import type { DayView, WeekDay } from '../pages/views.ts';

/** Seven days with their counts; on a phone the shown day and its two neighbours stay. */
export function buildWeekModel({ week, earlier, later }: DayView, base: string) {
  const current = week.findIndex((day) => day.isCurrent);
  const firstVisibleOnPhone = Math.min(Math.max(current - 1, 0), Math.max(week.length - 3, 0));
  const days = week.map((day, at) => ({
    text: formatShortDay(day.day, { withMonth: at === 0 || day.isCurrent }),
    note: describeWeekDay(day, week[at - 1]),
    href: day.count > 0 && !day.isCurrent ? papersHref(base, { date: day.day }) : null,
    isCurrent: day.isCurrent,
    isFuture: day.isFuture,
    isVisibleOnPhone: at >= firstVisibleOnPhone && at < firstVisibleOnPhone + 3,
  }));
  return {
    days,
    earlier: linkToDay(base, earlier),
    later: linkToDay(base, later),
    hasPaging: earlier !== null || later !== null,
  };
}

/** The way to a day: `Friday, 8 May 2026`. */
export function linkToDay(base: string, day: string | null): NavLink | null {
  return day === null ? null : { text: formatLongDate(day), href: papersHref(base, { date: day }) };
}

function describeWeekDay(day: WeekDay, before: WeekDay | undefined): string {
  if (day.count > 0) return formatQuantity(day.count, 'paper');
  if (!day.isFuture) return 'quiet';
  return before && !before.isFuture ? 'tomorrow' : '';
}
