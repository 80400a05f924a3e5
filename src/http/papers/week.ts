import { formatLongDate, formatQuantity } from '../../copy/en/format.ts';
import { PAPERS_COPY } from '../../copy/en/pages/papers.ts';
import { addDays } from '../../domain/time/schedule.ts';
import type { DayOverview } from '../../services/papers/read-day.ts';
import { formatShortDay } from '../pages/days.ts';
import { papersHref } from '../pages/hrefs.ts';
import type { NavLink } from '../pages/page-layout.ts';

/** The week of a day with the count of papers for each day. A phone shows three of the days. */
export function buildWeekModel(
  { day: current, week, earlier, later }: DayOverview,
  { base, today }: { base: string; today: string },
) {
  const currentIndex = week.findIndex(({ day }) => day === current);
  const firstVisibleOnPhone = Math.min(Math.max(currentIndex - 1, 0), Math.max(week.length - 3, 0));
  const days = week.map(({ day, count }, at) => {
    const isCurrent = day === current;
    return {
      text: formatShortDay(day, { withMonth: at === 0 || isCurrent }),
      note: describeWeekDay({
        count,
        isFuture: day > today,
        isTomorrow: day === addDays(today, 1),
      }),
      href: count > 0 && !isCurrent ? papersHref(base, { date: day }) : null,
      isCurrent,
      isFuture: day > today,
      isVisibleOnPhone: at >= firstVisibleOnPhone && at < firstVisibleOnPhone + 3,
    };
  });
  const earlierLink = linkToDay(base, earlier);
  const laterLink = linkToDay(base, later);
  return {
    days,
    earlier: earlierLink && {
      ...earlierLink,
      label: PAPERS_COPY.week.earlierDay(earlierLink.text),
    },
    later: laterLink && { ...laterLink, label: PAPERS_COPY.week.laterDay(laterLink.text) },
    hasPaging: earlier !== null || later !== null,
  };
}

/** A link to a day, named `Friday, 8 May 2026`. */
export function linkToDay(base: string, day: string | null): NavLink | null {
  return day === null ? null : { text: formatLongDate(day), href: papersHref(base, { date: day }) };
}

function describeWeekDay(day: { count: number; isFuture: boolean; isTomorrow: boolean }): string {
  if (day.count > 0) return formatQuantity(day.count, 'paper');
  if (!day.isFuture) return PAPERS_COPY.week.quiet;
  return day.isTomorrow ? PAPERS_COPY.week.tomorrow : '';
}
