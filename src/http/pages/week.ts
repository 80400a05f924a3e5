import { countOf, describeLongDay } from '../../domain/describe.ts';
import { shortDay } from './days.ts';
import type { NavLink } from './frame.ts';
import { papersHref } from './hrefs.ts';
import type { DayView, WeekDay } from './views.ts';

/** Seven days with their counts; on a phone the shown day and its two neighbours stay. */
export function weekModel({ week, earlier, later }: DayView, base: string) {
  const current = week.findIndex((day) => day.isCurrent);
  const firstNear = Math.min(Math.max(current - 1, 0), Math.max(week.length - 3, 0));
  const days = week.map((day, at) => ({
    text: shortDay(day.day, { withMonth: at === 0 || day.isCurrent }),
    note: noteOf(day, week[at - 1]),
    href: day.count > 0 && !day.isCurrent ? papersHref(base, { date: day.day }) : null,
    isCurrent: day.isCurrent,
    isFuture: day.isFuture,
    isNear: at >= firstNear && at < firstNear + 3,
  }));
  return {
    days,
    earlier: dayLink(base, earlier),
    later: dayLink(base, later),
    isTurned: earlier !== null || later !== null,
  };
}

/** The way to a day: `Friday, 8 May 2026`. */
export function dayLink(base: string, day: string | null): NavLink | null {
  return day === null
    ? null
    : { text: describeLongDay(day), href: papersHref(base, { date: day }) };
}

function noteOf(day: WeekDay, before: WeekDay | undefined): string {
  if (day.count > 0) return countOf(day.count, 'paper');
  if (!day.isFuture) return 'quiet';
  return before && !before.isFuture ? 'tomorrow' : '';
}
