import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Alarm, AlarmKind, Incident, News } from '../domain/alarm.ts';
import type { Db } from './client.ts';
import { alarms } from './schema.ts';
import { storable } from './storable.ts';

const COLUMNS = {
  id: alarms.id,
  kind: alarms.kind,
  subject: alarms.subject,
  sentence: alarms.sentence,
  raisedAt: alarms.raisedAt,
  seenAt: alarms.seenAt,
  times: alarms.times,
  endedAt: alarms.endedAt,
  mailedAt: alarms.mailedAt,
  endMailedAt: alarms.endMailedAt,
};

/** Writes down that something is wrong. Whether it is a new incident: one that is open is only noted
 *  again, with what is said of it now. */
export async function raiseAlarm(
  db: Db,
  { kind, subject, sentence: said }: Alarm,
  now: Date,
): Promise<boolean> {
  const sentence = storable(said);
  const [row] = await db
    .insert(alarms)
    .values({ kind, subject, sentence, raisedAt: now, seenAt: now, times: 1, mailAt: now })
    .onConflictDoUpdate({
      target: [alarms.kind, alarms.subject],
      targetWhere: sql`ended_at IS NULL`,
      set: {
        sentence: sql`excluded.sentence`,
        seenAt: sql`excluded.seen_at`,
        times: sql`${alarms.times} + 1`,
      },
    })
    .returning({ times: alarms.times });
  return row?.times === 1;
}

/** Ends the open incident of a kind and subject; null when there is none. */
export async function endAlarm(
  db: Db,
  { kind, subject }: Pick<Alarm, 'kind' | 'subject'>,
  now: Date,
): Promise<Incident | null> {
  const [row] = await db
    .update(alarms)
    .set({ endedAt: now, mailAt: now })
    .where(and(eq(alarms.kind, kind), eq(alarms.subject, subject), isNull(alarms.endedAt)))
    .returning(COLUMNS);
  return row ?? null;
}

/** The incidents that are open, the oldest first. */
export async function listAlarms(db: Db, kinds?: readonly AlarmKind[]): Promise<Incident[]> {
  const wanted = kinds && sql`kind = ANY(${sql.param([...kinds])}::text[])`;
  return db
    .select(COLUMNS)
    .from(alarms)
    .where(and(isNull(alarms.endedAt), wanted))
    .orderBy(asc(alarms.id));
}

/** The newest incidents of a kind, open or over, from `since` on. */
export async function listIncidents(
  db: Db,
  { kind, since }: { kind: AlarmKind; since: Date },
): Promise<Incident[]> {
  return db
    .select(COLUMNS)
    .from(alarms)
    .where(and(eq(alarms.kind, kind), sql`raised_at >= ${since}`))
    .orderBy(desc(alarms.id));
}

/** Longer than a mail is ever put off, in ms: one beyond was by a clock that has been set back since. */
const MOST_AHEAD_MS = 3_600_000;

/** Takes an incident of which something is still to be mailed, until `untilAt`: whoever looks for one
 *  meanwhile gets another. Null when there is none. */
export async function claimNews(db: Db, now: Date, untilAt: Date): Promise<Incident | null> {
  const ahead = new Date(now.getTime() + MOST_AHEAD_MS);
  const [row] = await db
    .update(alarms)
    .set({ mailAt: untilAt })
    .where(
      sql`id = (SELECT id FROM alarms WHERE mail_at <= ${now} OR mail_at > ${ahead} ORDER BY mail_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)`,
    )
    .returning(COLUMNS);
  return row ?? null;
}

/** Records that the operator was told. What ended meanwhile is still to be told. */
export async function recordTold(db: Db, id: number, news: News, now: Date): Promise<void> {
  const isAll = news !== 'began';
  await db
    .update(alarms)
    .set({
      mailedAt: sql`coalesce(mailed_at, ${now})`,
      ...(isAll
        ? { endMailedAt: now, mailAt: null }
        : { mailAt: sql`CASE WHEN ended_at IS NOT NULL THEN ${now}::timestamptz END` }),
    })
    .where(eq(alarms.id, id));
}

/** Puts off telling until `mailAt`; for good with null. */
export async function putOffNews(db: Db, id: number, mailAt: Date | null): Promise<void> {
  await db.update(alarms).set({ mailAt }).where(eq(alarms.id, id));
}

/** Removes incidents that ended before `before`. Returns how many. */
export async function removeAlarms(db: Db, before: Date): Promise<number> {
  const removed = await db.delete(alarms).where(sql`ended_at < ${before}`);
  return removed.rowCount ?? 0;
}
