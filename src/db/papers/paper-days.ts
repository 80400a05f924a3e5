import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';

/** The last day up to `day` on which papers were listed, or null. */
export async function findLatestListedDay(db: Db, day: string): Promise<string | null> {
  const result = await db.execute<{ day: string | null }>(
    sql`SELECT max(listed_on)::text AS day FROM papers WHERE listed_on <= ${day}`,
  );
  return result.rows[0]?.day ?? null;
}

/** The nearest days with papers before and after a day and its week, or null. */
export interface NeighbourDays {
  previous: string | null;
  next: string | null;
  earlier: string | null;
  later: string | null;
}

/** A day in the calendar. */
interface CalendarDay extends NeighbourDays {
  /** Issue number of its daily digest, or null. */
  number: number | null;
  /** Number of papers listed on each day of its week, without empty days. */
  counts: Record<string, number>;
}

/** A day and its week in one statement: the round trip takes longer than the query. */
export async function readCalendar(
  db: Db,
  day: string,
  week: { first: string; last: string },
): Promise<CalendarDay> {
  const before = (limit: string) =>
    sql`(SELECT max(listed_on) FROM papers WHERE listed_on < ${limit})::text`;
  const after = (limit: string) =>
    sql`(SELECT min(listed_on) FROM papers WHERE listed_on > ${limit})::text`;
  const result = await db.execute<CalendarDay & Record<string, unknown>>(sql`
    SELECT ${before(day)} AS previous, ${after(day)} AS next,
      ${before(week.first)} AS earlier, ${after(week.last)} AS later,
      (SELECT number FROM digests WHERE kind = 'daily' AND date = ${day}) AS number,
      (SELECT coalesce(json_object_agg(listed_on, papers), '{}') FROM (
        SELECT listed_on::text, count(*)::int AS papers FROM papers
        WHERE listed_on BETWEEN ${week.first} AND ${week.last} GROUP BY listed_on) AS days) AS counts`);
  const [row] = result.rows;
  if (!row) throw new Error('A SELECT without a table gave no row.');
  return row;
}
