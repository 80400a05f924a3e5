import { asc, isNull, sql } from 'drizzle-orm';
import type { Alert } from '../../domain/alerts/alert.ts';
import type { FetchOutcome } from '../../domain/sources/source.ts';
import type { SourceState } from '../../domain/sources/source-history.ts';
import type { Db } from '../client.ts';
import { alerts } from '../schema.ts';

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

/** Every source that was ever asked, by name. */
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

/** An incident that goes on. */
export interface OpenAlert extends Alert {
  raisedAt: Date;
  /** When it was last found to be still so. */
  seenAt: Date;
  times: number;
}

/** The alarms whose trouble lasts, the oldest first. */
export async function listOpenAlerts(db: Db): Promise<OpenAlert[]> {
  const { kind, subject, sentence, raisedAt, seenAt, times } = alerts;
  return db
    .select({ kind, subject, sentence, raisedAt, seenAt, times })
    .from(alerts)
    .where(isNull(alerts.endedAt))
    .orderBy(asc(alerts.raisedAt), asc(alerts.id));
}

/** What is due and not begun. */
export interface Backlog {
  count: number;
  /** Since when the first of it is due; null when nothing is. */
  since: Date | null;
}

/** Batches and letters that are due at `now`. What is paused or cancelled is not. */
export async function findBacklogs(
  db: Db,
  now: Date,
): Promise<{ deliveries: Backlog; transactional: Backlog }> {
  const { rows } = await db.execute<{ name: string; count: number; since: string | null }>(sql`
    SELECT 'deliveries' AS name, count(*)::int AS count, min(due_at) AS since
    FROM batches JOIN digests ON digests.id = digest_id
    WHERE due_at <= ${now} AND lease_id IS NULL AND paused_at IS NULL AND cancelled_at IS NULL
    UNION ALL
    SELECT 'transactional', count(*)::int, min(next_at) FROM transactional_emails
    WHERE state = 'pending' AND next_at <= ${now}`);
  const of = (wanted: string): Backlog => {
    const row = rows.find(({ name }) => name === wanted);
    return { count: row?.count ?? 0, since: parseTimestamp(row?.since ?? null) };
  };
  return { deliveries: of('deliveries'), transactional: of('transactional') };
}

/** Worker processes whose lease lasts, on the clock of the database. */
export async function countLiveWorkers(db: Db): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(
    sql`SELECT count(*)::int AS count FROM leases WHERE expires_at > clock_timestamp()`,
  );
  return rows[0]?.count ?? 0;
}

/** How far the clock of the database is ahead of `now()`, in ms, give or take half the time of asking. */
export async function measureClockSkewMs(db: Db, now: () => Date): Promise<number> {
  const requestedMs = now().getTime();
  const { rows } = await db.execute<{ ms: string }>(
    sql`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS ms`,
  );
  const receivedMs = now().getTime();
  return Number(rows[0]?.ms) - (requestedMs + receivedMs) / 2;
}

function parseTimestamp(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
