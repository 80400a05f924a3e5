import { sql } from 'drizzle-orm';
import type { Db } from '../client.ts';
import { topicSet } from '../schema.ts';

/** The set of topics that was loaded last. */
interface TopicSet {
  name: string;
  loadedAt: Date;
  /** When the last paper was sorted by it; null while some are not. */
  sortedAt: Date | null;
}

/** A paper in the order in which papers are sorted again. */
interface SortPosition {
  day: string;
  id: string;
}

/** The set of topics, or null when none was loaded. */
export async function findTopicSet(db: Db): Promise<TopicSet | null> {
  const [set] = await db.select().from(topicSet);
  return set ?? null;
}

/** Records that a set was loaded. With `needsSorting` every stored paper has to be sorted again. */
export async function saveTopicSet(
  db: Db,
  { name, needsSorting }: { name: string; needsSorting: boolean },
  now: Date,
): Promise<void> {
  const restarted = needsSorting
    ? sql`, sorted_down_to_day = NULL, sorted_down_to_id = NULL, sorted_at = excluded.sorted_at`
    : sql``;
  await db.execute(sql`
    INSERT INTO topic_set (name, loaded_at, sorted_at)
    SELECT ${name}, ${now}::timestamptz,
      CASE WHEN ${needsSorting}::boolean AND EXISTS (SELECT FROM papers) THEN NULL ELSE ${now}::timestamptz END
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, loaded_at = excluded.loaded_at ${restarted}`);
}

/**
 * Locks the unfinished sorting for this transaction. Returns the last paper that was sorted,
 * `start` when there is none yet, or null when every paper is sorted or another process sorts.
 */
export async function claimSorting(db: Db): Promise<SortPosition | 'start' | null> {
  const { rows } = await db.execute<{ day: string | null; id: string | null }>(sql`
    SELECT sorted_down_to_day::text AS day, sorted_down_to_id AS id FROM topic_set
    WHERE sorted_at IS NULL FOR UPDATE SKIP LOCKED`);
  const [position] = rows;
  if (position === undefined) return null;
  const { day, id } = position;
  return day === null || id === null ? 'start' : { day, id };
}

/** The next papers to sort, the newest first. */
export async function listPapersToSort(
  db: Db,
  after: SortPosition | 'start',
  limit: number,
): Promise<SortPosition[]> {
  const condition = after === 'start' ? sql`true` : buildOlderThan(after);
  const { rows } = await db.execute<SortPosition & Record<string, unknown>>(sql`
    SELECT listed_on::text AS day, id FROM papers WHERE ${condition}
    ORDER BY listed_on DESC, id DESC LIMIT ${limit}`);
  return rows;
}

/** Records the last paper that was sorted; null when there are no more. */
export async function saveSortPosition(
  db: Db,
  last: SortPosition | null,
  now: Date,
): Promise<void> {
  await db.execute(
    last === null
      ? sql`UPDATE topic_set SET sorted_at = ${now}`
      : sql`UPDATE topic_set SET sorted_down_to_day = ${last.day}, sorted_down_to_id = ${last.id}`,
  );
}

/** The number of papers that are not sorted yet. */
export async function countPapersToSort(db: Db): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(sql`
    SELECT count(papers.id)::int AS count FROM topic_set LEFT JOIN papers
      ON sorted_down_to_id IS NULL OR (listed_on, papers.id) < (sorted_down_to_day, sorted_down_to_id)
    WHERE sorted_at IS NULL`);
  return rows[0]?.count ?? 0;
}

function buildOlderThan({ day, id }: SortPosition) {
  return sql`(listed_on, id) < (${day}::date, ${id})`;
}
