import { and, eq, gt, lte, or, sql } from 'drizzle-orm';
import type { SourceHistory } from '../../domain/sources/source-history.ts';
import { DAY_MS } from '../../domain/time/units.ts';
import type { Db } from '../client.ts';
import { sources } from '../schema.ts';

/** Adds new sources, which are due at once. */
export async function registerSources(db: Db, names: readonly string[], now: Date): Promise<void> {
  if (names.length === 0) return;
  const rows = names.map((name) => ({ name, nextAt: now, failures: 0 }));
  await db.insert(sources).values(rows).onConflictDoNothing();
}

/** Longer than any delay between fetches. A later `next_at` was written before the clock was set
 *  back. */
const MAX_AHEAD_MS = 2 * DAY_MS;

function isDue(now: Date) {
  const { nextAt } = sources;
  return or(lte(nextAt, now), gt(nextAt, new Date(now.getTime() + MAX_AHEAD_MS)));
}

/** The sources among `names` that are due, the most overdue first. */
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

/** Claims a due source until `untilAt`, so that no other process fetches it. Returns whether it
 *  did. */
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

/** Makes sources due that may have been claimed within the last `claimMs` by a process that died.
 *  One that waits because it failed is not among them. */
export async function releaseClaims(
  db: Db,
  names: readonly string[],
  { now, claimMs }: { now: Date; claimMs: number },
): Promise<void> {
  const { nextAt } = sources;
  await db
    .update(sources)
    .set({ nextAt: now })
    .where(
      and(
        sql`name = ANY(${sql.param([...names])}::text[])`,
        eq(sources.failures, 0),
        gt(nextAt, now),
        lte(nextAt, new Date(now.getTime() + claimMs)),
      ),
    );
}

/** Sets the next fetch of a source and its failures in a row. */
export async function setNextFetch(
  db: Db,
  name: string,
  next: { nextAt: Date; failures: number },
): Promise<void> {
  await db.update(sources).set(next).where(eq(sources.name, name));
}

const EMPTY_HISTORY: SourceHistory = {
  listedDays: new Set(),
  emptyDays: new Set(),
  completeDays: new Set(),
  firstFetchedAt: null,
  lastFetchedAt: null,
  lastPapersAt: null,
  consecutiveFailures: 0,
};

/** How far back the history goes: a weekly digest expects the lists of a week. */
const HISTORY_MS = 10 * DAY_MS;

/** Reads the fetches of the last ten days and returns the history of a source by its name. */
export async function readSourceHistories(
  db: Db,
  now: Date,
): Promise<(name: string) => SourceHistory> {
  const since = new Date(now.getTime() - HISTORY_MS);
  const { rows } = await db.execute<{
    name: string;
    failures: number;
    firstFetchedAt: string | null;
    lastFetchedAt: string | null;
    lastPapersAt: string | null;
    listedDays: string[];
    emptyDays: string[];
    completeDays: string[];
  }>(sql`
    SELECT name, failures, min(started_at) AS "firstFetchedAt", max(ended_at) AS "lastFetchedAt",
      max(ended_at) FILTER (WHERE outcome = 'papers') AS "lastPapersAt",
      coalesce(array_agg(DISTINCT day::text) FILTER (WHERE outcome = 'papers' AND day IS NOT NULL), '{}') AS "listedDays",
      ARRAY(SELECT day::text FROM fetches WHERE source = name AND outcome = 'empty'
        AND started_at >= ${since} AND day < (ended_at AT TIME ZONE 'UTC')::date
        GROUP BY day HAVING count(*) > 1) AS "emptyDays",
      coalesce(array_agg(DISTINCT day::text) FILTER (WHERE outcome <> 'failed'
        AND day < (started_at AT TIME ZONE 'UTC')::date), '{}') AS "completeDays"
    FROM sources LEFT JOIN fetches
      ON source = name AND started_at >= ${since}
    GROUP BY name`);
  const known = new Map(
    rows.map((row) => [
      row.name,
      {
        listedDays: new Set(row.listedDays),
        emptyDays: new Set(row.emptyDays),
        completeDays: new Set(row.completeDays),
        firstFetchedAt: parseTimestamp(row.firstFetchedAt),
        lastFetchedAt: parseTimestamp(row.lastFetchedAt),
        lastPapersAt: parseTimestamp(row.lastPapersAt),
        consecutiveFailures: row.failures,
      },
    ]),
  );
  return (name) => known.get(name) ?? EMPTY_HISTORY;
}

function parseTimestamp(value: string | null): Date | null {
  return value === null ? null : new Date(value);
}

/** Removes the fetches that started before `before`. Returns how many. */
export async function removeFetches(db: Db, before: Date): Promise<number> {
  const removed = await db.execute(sql`DELETE FROM fetches WHERE started_at < ${before}`);
  return removed.rowCount ?? 0;
}
