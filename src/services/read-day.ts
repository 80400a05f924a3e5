import type { Db } from '../db/client.ts';
import { latestListedDay, type NeighbourDays, readCalendar } from '../db/paper-days.ts';
import { listPapers } from '../db/paper-lists.ts';
import { listTopicCounts } from '../db/topics.ts';
import type { TopicPaper } from '../domain/paper.ts';
import { addDays, dayOf, mondayOf } from '../domain/schedule.ts';
import type { Topic } from '../domain/topics.ts';

/** What is known of a day beside its papers. */
export interface Day extends NeighbourDays {
  day: string;
  /** Number of its daily digest; null while there is none. */
  number: number | null;
  /** Monday to Sunday of the day's week. */
  week: { day: string; count: number }[];
  /** Papers of the day. */
  total: number;
  topics: (Topic & { count: number })[];
}

/** The papers of the newest day, as the front page shows them. */
export interface LatestDay extends Day {
  papers: TopicPaper[];
  /** Nothing was ever listed. */
  isEmpty: boolean;
}

const PAPERS_OF_FRONT_PAGE = 18;

/** The newest day with papers up to today, most discussed papers first. */
export async function readLatestDay(db: Db, now: Date): Promise<LatestDay> {
  const today = dayOf(now);
  const latest = await latestListedDay(db, today);
  const day = latest ?? today;
  const first = { order: 'discussed', limit: PAPERS_OF_FRONT_PAGE, offset: 0 } as const;
  const [about, papers] = await Promise.all([
    readDay(db, day),
    listPapers(db, { date: day }, first),
  ]);
  return { ...about, papers, isEmpty: latest === null };
}

/** The newest day with papers up to today, without them; null when nothing was ever listed. */
export async function readNewestDay(db: Db, now: Date): Promise<Day | null> {
  const day = await latestListedDay(db, dayOf(now));
  return day === null ? null : readDay(db, day);
}

/** A day, its week and its neighbours. */
export async function readDay(db: Db, day: string): Promise<Day> {
  const monday = mondayOf(day);
  const week = { first: monday, last: addDays(monday, 6) };
  const [{ counts, ...calendar }, topics] = await Promise.all([
    readCalendar(db, day, week),
    listTopicCounts(db, { first: day, last: day }),
  ]);
  const countOf = (each: string) => counts[each] ?? 0;
  return {
    day,
    week: Array.from({ length: 7 }, (_, place) => addDays(monday, place)).map((each) => ({
      day: each,
      count: countOf(each),
    })),
    ...calendar,
    total: countOf(day),
    topics,
  };
}
