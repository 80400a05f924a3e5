import type { Db } from '../../db/client.ts';
import {
  findLatestListedDay,
  type NeighbourDays,
  readCalendar,
} from '../../db/papers/paper-days.ts';
import { listPapers } from '../../db/papers/paper-lists.ts';
import { listTopicCounts } from '../../db/topics/topics.ts';
import type { TopicPaper } from '../../domain/papers/paper.ts';
import { addDays, getMonday, toUtcDay } from '../../domain/time/schedule.ts';
import type { Topic } from '../../domain/topics/topic.ts';

/** A day without its papers. */
export interface DayOverview extends NeighbourDays {
  day: string;
  /** Issue number of its daily digest, or null. */
  number: number | null;
  /** Monday to Sunday of the day's week. */
  week: { day: string; count: number }[];
  /** Number of papers of the day. */
  total: number;
  topics: (Topic & { count: number })[];
}

/** The papers of the newest day, as the front page shows them. */
export interface LatestDayPapers extends DayOverview {
  papers: TopicPaper[];
  /** Whether no paper was ever listed. */
  isEmpty: boolean;
}

const MAX_FRONT_PAGE_PAPERS = 18;

/** The newest day with papers up to today, with its most discussed papers first. */
export async function readLatestDay(db: Db, now: Date): Promise<LatestDayPapers> {
  const today = toUtcDay(now);
  const latest = await findLatestListedDay(db, today);
  const day = latest ?? today;
  const first = { order: 'discussed', limit: MAX_FRONT_PAGE_PAPERS, offset: 0 } as const;
  const [overview, papers] = await Promise.all([
    readDayOverview(db, day),
    listPapers(db, { date: day }, first),
  ]);
  return { ...overview, papers, isEmpty: latest === null };
}

/** The newest day with papers up to today, or null if no paper was ever listed. */
export async function readNewestDay(db: Db, now: Date): Promise<DayOverview | null> {
  const day = await findLatestListedDay(db, toUtcDay(now));
  return day === null ? null : readDayOverview(db, day);
}

/** A day, its week and its neighbours. */
export async function readDayOverview(db: Db, day: string): Promise<DayOverview> {
  const monday = getMonday(day);
  const week = { first: monday, last: addDays(monday, 6) };
  const [{ counts, ...calendar }, topics] = await Promise.all([
    readCalendar(db, day, week),
    listTopicCounts(db, { first: day, last: day }),
  ]);
  const countOf = (each: string) => counts[each] ?? 0;
  return {
    day,
    week: Array.from({ length: 7 }, (_, offset) => addDays(monday, offset)).map((each) => ({
      day: each,
      count: countOf(each),
    })),
    ...calendar,
    total: countOf(day),
    topics,
  };
}
