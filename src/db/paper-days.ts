import { sql } from 'drizzle-orm';
import type { Db } from './client.ts';

/** How many papers were listed on each day from `first` to `last`; days without papers are left out. */
export async function countPapersByDay(
  db: Db,
  { first, last }: { first: string; last: string },
): Promise<Map<string, number>> {
  const result = await db.execute<{ day: string; count: number }>(sql`
    SELECT listed_on::text AS day, count(*)::int AS count FROM papers
    WHERE listed_on BETWEEN ${first} AND ${last} GROUP BY listed_on`);
  return new Map(result.rows.map(({ day, count }) => [day, count]));
}

/** The last day up to `day` on which papers were listed, or null when there is none. */
export async function latestListedDay(db: Db, day: string): Promise<string | null> {
  const result = await db.execute<{ day: string | null }>(
    sql`SELECT max(listed_on)::text AS day FROM papers WHERE listed_on <= ${day}`,
  );
  return result.rows[0]?.day ?? null;
}

/** The nearest days with papers around a day and around its week; null where there is none. */
export interface NeighbourDays {
  previous: string | null;
  next: string | null;
  earlier: string | null;
  later: string | null;
}

/** The nearest days with papers before and after `day`, and before and after the week given. */
export async function neighbourDays(
  db: Db,
  day: string,
  week: { first: string; last: string },
): Promise<NeighbourDays> {
  const before = (limit: string) =>
    sql`(SELECT max(listed_on) FROM papers WHERE listed_on < ${limit})::text`;
  const after = (limit: string) =>
    sql`(SELECT min(listed_on) FROM papers WHERE listed_on > ${limit})::text`;
  const result = await db.execute<NeighbourDays & Record<string, unknown>>(sql`
    SELECT ${before(day)} AS previous, ${after(day)} AS next,
           ${before(week.first)} AS earlier, ${after(week.last)} AS later`);
  return result.rows[0] ?? { previous: null, next: null, earlier: null, later: null };
}
