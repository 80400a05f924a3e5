import { DEFAULT_PREFERENCES, type Preferences } from '../../domain/subscribers/subscriber.ts';
import { listTimezones, toUtcDay } from '../../domain/time/schedule.ts';
import { type DayOverview, readLatestDay } from '../../services/papers/read-day.ts';
import type { HttpDeps } from '../deps.ts';
import type { DayView, FieldProblems, FrontView } from '../pages/index.ts';

/** The sign-up form before anybody typed. */
export const EMPTY_SIGNUP = { ...DEFAULT_PREFERENCES, email: '' };

/** The front page with its sign-up form filled. */
export async function readFrontView(
  { db, clock }: HttpDeps,
  values: Preferences & { email: string } = EMPTY_SIGNUP,
  problems: FieldProblems = {},
): Promise<FrontView> {
  const now = clock();
  const latest = await readLatestDay(db, now);
  return {
    ...toDayView(latest, toUtcDay(now)),
    papers: latest.papers,
    allTopics: latest.topics,
    selectedTopic: null,
    form: { values, problems, timezones: listTimezones() },
    isEmpty: latest.isEmpty,
  };
}

/** A day as its page shows it, around the papers. */
export function toDayView(day: DayOverview, today: string): DayView {
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
