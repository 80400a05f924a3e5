import { sql } from 'drizzle-orm';
import type { FetchOutcome } from '../../domain/sources/source.ts';
import type { SourceState } from '../../domain/sources/source-history.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import type { Db } from '../client.ts';

interface SourceRow extends Record<string, unknown> {
  name: string;
  nextAt: string | null;
  failures: number;
  succeededAt: string | null;
  lastNewPaperAt: string | null;
  newestListDay: string | null;
  endedAt: string | null;
  outcome: FetchOutcome;
  found: number;
  added: number;
  updated: number;
  refused: number;
  detail: string | null;
}

/** Every source that was ever fetched, by name. */
export async function listSourceStates(db: Db): Promise<SourceState[]> {
  const { rows } = await db.execute<SourceRow>(sql`
    SELECT known.name, next_at AS "nextAt", coalesce(failures, 0) AS failures,
      succeeded_at AS "succeededAt", last_new_paper_at AS "lastNewPaperAt", newest_list_day::text AS "newestListDay",
      ended_at AS "endedAt", outcome, found, added, updated, refused, detail
    FROM (SELECT name FROM sources UNION SELECT source FROM fetches) AS known
    LEFT JOIN sources ON sources.name = known.name
    LEFT JOIN LATERAL (
      SELECT * FROM fetches WHERE source = known.name ORDER BY id DESC LIMIT 1
    ) AS newest ON true
    ORDER BY known.name`);
  return rows.map((row) => ({
    name: row.name,
    consecutiveFailures: row.failures,
    newestListDay: row.newestListDay,
    succeededAt: parseTimestamp(row.succeededAt),
    lastNewPaperAt: parseTimestamp(row.lastNewPaperAt),
    nextAt: parseTimestamp(row.nextAt),
    lastFetch: toLastFetch(row),
  }));
}

function toLastFetch(row: SourceRow): SourceState['lastFetch'] {
  const endedAt = parseTimestamp(row.endedAt);
  if (endedAt === null) return null;
  const { outcome, found, added, updated, refused, detail } = row;
  return { endedAt, outcome, found, added, updated, refused, detail };
}

/** Work that is due and that no worker has claimed, or that one has held for too long. */
export interface Backlog {
  count: number;
  /** When the oldest of it became due; null when nothing is. */
  since: Date | null;
}

/** How long a live worker may hold a batch, in ms. */
const MAX_HELD_MS = 30 * MINUTE_MS;

/** Batches and transactional e-mails that are due at `now`. Paused and cancelled digests do not
 *  count. */
export async function findBacklogs(
  db: Db,
  now: Date,
): Promise<{ deliveries: Backlog; transactional: Backlog }> {
  const heldSince = new Date(now.getTime() - MAX_HELD_MS);
  const { rows } = await db.execute<{ name: string; count: number; since: string | null }>(sql`
    SELECT 'deliveries' AS name, count(*)::int AS count, min(due_at) AS since
    FROM batches JOIN digests ON digests.id = digest_id
    WHERE due_at <= ${now} AND (lease_id IS NULL OR claimed_at < ${heldSince})
      AND paused_at IS NULL AND cancelled_at IS NULL
    UNION ALL
    SELECT 'transactional', count(*)::int, min(next_at) FROM transactional_emails
    WHERE state = 'pending' AND next_at <= ${now} AND (lease_id IS NULL OR next_at < ${heldSince})`);
  const of = (wanted: string): Backlog => {
    const row = rows.find(({ name }) => name === wanted);
    return { count: row?.count ?? 0, since: parseTimestamp(row?.since ?? null) };
  };
  return { deliveries: of('deliveries'), transactional: of('transactional') };
}

/** The time of the database. */
export async function readDatabaseTime(db: Db): Promise<Date> {
  const { rows } = await db.execute<{ ms: string }>(
    sql`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS ms`,
  );
  return new Date(Number(rows[0]?.ms));
}

/** How far the database's clock is ahead of `now()`, in ms, within half the duration of the
 *  query. */
export async function measureClockSkewMs(db: Db, now: () => Date): Promise<number> {
  const requestedMs = now().getTime();
  const databaseTime = await readDatabaseTime(db);
  const receivedMs = now().getTime();
  return databaseTime.getTime() - (requestedMs + receivedMs) / 2;
}

function parseTimestamp(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
