import { asc, isNull, sql } from 'drizzle-orm';
import type { Alarm } from '../domain/alarm.ts';
import type { FetchOutcome } from '../domain/fetched.ts';
import type { Db } from './client.ts';
import { alarms } from './schema.ts';

/** What is known of a source. */
export interface SourceState {
  name: string;
  /** Null while it was never asked. */
  last: {
    endedAt: Date;
    outcome: FetchOutcome;
    found: number;
    added: number;
    updated: number;
    refused: number;
    detail: string | null;
  } | null;
  /** When the last fetch ended that did not fail. */
  succeededAt: Date | null;
  /** When it last brought a paper that was not known, and the newest day of which it brought a list. */
  broughtAt: Date | null;
  broughtDay: string | null;
  nextAt: Date | null;
  /** Failures in a row. */
  failures: number;
}

interface SourceRow extends Record<string, unknown> {
  name: string;
  nextAt: string | null;
  failures: number;
  succeededAt: string | null;
  broughtAt: string | null;
  broughtDay: string | null;
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
      succeeded_at AS "succeededAt", brought_at AS "broughtAt", brought_day::text AS "broughtDay",
      ended_at AS "endedAt", outcome, found, added, updated, refused, detail
    FROM (SELECT name FROM sources UNION SELECT source FROM fetches) AS known
    LEFT JOIN sources ON sources.name = known.name
    LEFT JOIN LATERAL (
      SELECT * FROM fetches WHERE source = known.name ORDER BY id DESC LIMIT 1
    ) AS newest ON true
    ORDER BY known.name`);
  return rows.map((row) => ({
    name: row.name,
    failures: row.failures,
    broughtDay: row.broughtDay,
    succeededAt: momentOf(row.succeededAt),
    broughtAt: momentOf(row.broughtAt),
    nextAt: momentOf(row.nextAt),
    last: lastOf(row),
  }));
}

function lastOf(row: SourceRow): SourceState['last'] {
  const endedAt = momentOf(row.endedAt);
  if (endedAt === null) return null;
  const { outcome, found, added, updated, refused, detail } = row;
  return { endedAt, outcome, found, added, updated, refused, detail };
}

/** An incident that goes on. */
export interface OpenAlarm extends Alarm {
  raisedAt: Date;
  /** When it was last found to be still so. */
  seenAt: Date;
  times: number;
}

/** The alarms whose trouble lasts, the oldest first. */
export async function listOpenAlarms(db: Db): Promise<OpenAlarm[]> {
  const { kind, subject, sentence, raisedAt, seenAt, times } = alarms;
  return db
    .select({ kind, subject, sentence, raisedAt, seenAt, times })
    .from(alarms)
    .where(isNull(alarms.endedAt))
    .orderBy(asc(alarms.raisedAt), asc(alarms.id));
}

/** What is due and not begun. */
export interface Waiting {
  count: number;
  /** Since when the first of it is due; null when nothing is. */
  since: Date | null;
}

/** Batches and letters that are due at `now`. What is paused or cancelled is not. */
export async function findWaiting(
  db: Db,
  now: Date,
): Promise<{ deliveries: Waiting; letters: Waiting }> {
  const { rows } = await db.execute<{ name: string; count: number; since: string | null }>(sql`
    SELECT 'deliveries' AS name, count(*)::int AS count, min(due_at) AS since
    FROM batches JOIN digests ON digests.id = digest_id
    WHERE due_at <= ${now} AND lease_id IS NULL AND paused_at IS NULL AND cancelled_at IS NULL
    UNION ALL
    SELECT 'letters', count(*)::int, min(next_at) FROM letters
    WHERE state = 'pending' AND next_at <= ${now}`);
  const of = (wanted: string): Waiting => {
    const row = rows.find(({ name }) => name === wanted);
    return { count: row?.count ?? 0, since: momentOf(row?.since ?? null) };
  };
  return { deliveries: of('deliveries'), letters: of('letters') };
}

/** Worker processes whose lease lasts, on the clock of the database. */
export async function countWorkers(db: Db): Promise<number> {
  const { rows } = await db.execute<{ count: number }>(
    sql`SELECT count(*)::int AS count FROM leases WHERE expires_at > clock_timestamp()`,
  );
  return rows[0]?.count ?? 0;
}

/** How far the clock of the database is ahead of `now()`, in ms, give or take half the time of asking. */
export async function clockAhead(db: Db, now: () => Date): Promise<number> {
  const asked = now().getTime();
  const { rows } = await db.execute<{ ms: string }>(
    sql`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS ms`,
  );
  const answered = now().getTime();
  return Number(rows[0]?.ms) - (asked + answered) / 2;
}

function momentOf(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
