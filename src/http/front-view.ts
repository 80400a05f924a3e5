import { dayOf, timezones } from '../domain/schedule.ts';
import { DEFAULT_PREFERENCES, type Preferences } from '../domain/subscriber.ts';
import { readLatestDay } from '../services/read-papers.ts';
import type { HttpDeps } from './deps.ts';
import type { FrontView, Problems } from './pages/index.ts';

/** What the coupon holds when it was not sent yet. */
export const EMPTY_COUPON = { ...DEFAULT_PREFERENCES, email: '' };

/** The front page with its coupon as it is to be filled. */
export async function frontView(
  { db, clock }: HttpDeps,
  values: Preferences & { email: string } = EMPTY_COUPON,
  problems: Problems = {},
): Promise<FrontView> {
  const now = clock();
  const today = dayOf(now);
  const latest = await readLatestDay(db, now);
  return {
    day: latest.day,
    number: latest.number,
    week: latest.week.map(({ day, count }) => ({
      day,
      count,
      isCurrent: day === latest.day,
      isFuture: day > today,
    })),
    papers: latest.papers,
    totalPapers: latest.total,
    topics: latest.topics.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count),
    allTopics: latest.topics,
    selectedTopic: null,
    form: { values, problems, timezones: timezones() },
    isEmpty: latest.isEmpty,
  };
}
