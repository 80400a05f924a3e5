import { and, eq, gt, lte, or, sql } from 'drizzle-orm';
import type { Db } from './client.ts';
import { sources } from './schema.ts';

/** Makes sources known that were never asked: they are due at once. */
export async function addSources(db: Db, names: readonly string[], now: Date): Promise<void> {
  if (names.length === 0) return;
  const rows = names.map((name) => ({ name, nextAt: now, failures: 0 }));
  await db.insert(sources).values(rows).onConflictDoNothing();
}

/** Longer than any source is left alone, in ms: who is to be asked later than that was told so by a clock
 *  that has been set back since. */
const MOST_AHEAD_MS = 2 * 86_400_000;

function isDue(now: Date) {
  const { nextAt } = sources;
  return or(lte(nextAt, now), gt(nextAt, new Date(now.getTime() + MOST_AHEAD_MS)));
}

/** Which of these sources are due, the longest waiting first. */
export async function listDueSources(
  db: Db,
  names: readonly string[],
  now: Date,
): Promise<string[]> {
  const rows = await db
    .select({ name: sources.name })
    .from(sources)
    .where(and(isDue(now), sql`name = ANY(${sql.param([...names])}::text[])`))
    .orderBy(sources.nextAt, sources.name);
  return rows.map(({ name }) => name);
}

/** Takes a source that is due until `untilAt`, so that nobody else asks it meanwhile. Whether it was had. */
export async function claimSource(
  db: Db,
  name: string,
  now: Date,
  untilAt: Date,
): Promise<boolean> {
  const result = await db
    .update(sources)
    .set({ nextAt: untilAt })
    .where(and(eq(sources.name, name), isDue(now)));
  return result.rowCount === 1;
}

/** Sets when a source is asked next, and how often in a row asking it failed. */
export async function setNextFetch(
  db: Db,
  name: string,
  next: { nextAt: Date; failures: number },
): Promise<void> {
  await db.update(sources).set(next).where(eq(sources.name, name));
}

/** What a source did lately. */
export interface SourceRecord {
  /** Days of which it brought a list. */
  brought: ReadonlySet<string>;
  /** Days of which it said twice after they were over that there is nothing: once may be a slip. */
  empty: ReadonlySet<string>;
  /** Days of whose list it told something after they were over: what it brought before may be a part. */
  whole: ReadonlySet<string>;
  /** When it was asked first (as far as is written down), and last. */
  firstAskedAt: Date | null;
  askedAt: Date | null;
  /** When it last gave papers. */
  gaveAt: Date | null;
  /** Failures in a row. */
  failures: number;
}

const NOTHING: SourceRecord = {
  brought: new Set(),
  empty: new Set(),
  whole: new Set(),
  firstAskedAt: null,
  askedAt: null,
  gaveAt: null,
  failures: 0,
};

/** How far back fetches are looked at, in ms: a weekly digest expects lists of a week. */
const LATELY_MS = 10 * 86_400_000;

/** What sources did in the last ten days, by name. */
export async function readSourceRecords(
  db: Db,
  now: Date,
): Promise<(name: string) => SourceRecord> {
  const since = new Date(now.getTime() - LATELY_MS);
  const { rows } = await db.execute<{
    name: string;
    failures: number;
    firstAskedAt: string | null;
    askedAt: string | null;
    gaveAt: string | null;
    brought: string[];
    empty: string[];
    whole: string[];
  }>(sql`
    SELECT name, failures, min(started_at) AS "firstAskedAt", max(ended_at) AS "askedAt",
      max(ended_at) FILTER (WHERE outcome = 'papers') AS "gaveAt",
      coalesce(array_agg(DISTINCT day::text) FILTER (WHERE outcome = 'papers' AND day IS NOT NULL), '{}') AS brought,
      ARRAY(SELECT day::text FROM fetches WHERE source = name AND outcome = 'empty'
        AND started_at >= ${since} AND day < (ended_at AT TIME ZONE 'UTC')::date
        GROUP BY day HAVING count(*) > 1) AS empty,
      coalesce(array_agg(DISTINCT day::text) FILTER (WHERE outcome <> 'failed'
        AND day < (started_at AT TIME ZONE 'UTC')::date), '{}') AS whole
    FROM sources LEFT JOIN fetches
      ON source = name AND started_at >= ${since}
    GROUP BY name`);
  const known = new Map(
    rows.map(({ name, failures, firstAskedAt, askedAt, gaveAt, brought, empty, whole }) => [
      name,
      {
        brought: new Set(brought),
        empty: new Set(empty),
        whole: new Set(whole),
        firstAskedAt: momentOf(firstAskedAt),
        askedAt: momentOf(askedAt),
        gaveAt: momentOf(gaveAt),
        failures,
      },
    ]),
  );
  return (name) => known.get(name) ?? NOTHING;
}

function momentOf(value: string | null): Date | null {
  return value === null ? null : new Date(value);
}

/** Removes what was written down of fetches that began before `before`. Returns how many. */
export async function removeFetches(db: Db, before: Date): Promise<number> {
  const removed = await db.execute(sql`DELETE FROM fetches WHERE started_at < ${before}`);
  return removed.rowCount ?? 0;
}
