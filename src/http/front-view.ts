import { dayOf, timezones } from '../domain/schedule.ts';
import { DEFAULT_PREFERENCES, type Preferences } from '../domain/subscriber.ts';
import { type Day, readLatestDay } from '../services/read-day.ts';
import type { HttpDeps } from './deps.ts';
import type { DayView, FrontView, Problems } from './pages/index.ts';

/** What the coupon holds when it was not sent yet. */
export const EMPTY_COUPON = { ...DEFAULT_PREFERENCES, email: '' };

/** The front page with its coupon as it is to be filled. */
export async function frontView(
  { db, clock }: HttpDeps,
  values: Preferences & { email: string } = EMPTY_COUPON,
  problems: Problems = {},
): Promise<FrontView> {
  const now = clock();
  const latest = await readLatestDay(db, now);
  return {
    ...dayView(latest, dayOf(now)),
    papers: latest.papers,
    allTopics: latest.topics,
    selectedTopic: null,
    form: { values, problems, timezones: timezones() },
    isEmpty: latest.isEmpty,
  };
}

/** A day as its page shows it, around the papers. */
export function dayView(day: Day, today: string): DayView {
  return {
    day: day.day,
    number: day.number,
    week: day.week.map((each) => ({
      ...each,
      isCurrent: each.day === day.day,
      isFuture: each.day > today,
    })),
    previous: day.previous,
    next: day.next,
    earlier: day.earlier,
    later: day.later,
    totalPapers: day.total,
    topics: day.topics.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count),
  };
}
