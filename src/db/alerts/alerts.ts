import { and, asc, desc, eq, isNull, sql } from 'drizzle-orm';
import type { Alert, AlertKind, AlertNotification, Incident } from '../../domain/alerts/alert.ts';
import { HOUR_MS } from '../../domain/time/units.ts';
import type { Db } from '../client.ts';
import { alerts } from '../schema.ts';
import { toStorableText } from '../storable.ts';

const COLUMNS = {
  id: alerts.id,
  kind: alerts.kind,
  subject: alerts.subject,
  sentence: alerts.sentence,
  raisedAt: alerts.raisedAt,
  seenAt: alerts.seenAt,
  times: alerts.times,
  endedAt: alerts.endedAt,
  mailedAt: alerts.mailedAt,
  endMailedAt: alerts.endMailedAt,
};

/** Writes down that something is wrong. Whether it is a new incident: one that is open is only noted
 *  again, with what is said of it now. */
export async function raiseAlert(
  db: Db,
  { kind, subject, sentence: rawSentence }: Alert,
  now: Date,
): Promise<boolean> {
  const sentence = toStorableText(rawSentence);
  const [row] = await db
    .insert(alerts)
    .values({ kind, subject, sentence, raisedAt: now, seenAt: now, times: 1, nextMailAt: now })
    .onConflictDoUpdate({
      target: [alerts.kind, alerts.subject],
      targetWhere: sql`ended_at IS NULL`,
      set: {
        sentence: sql`excluded.sentence`,
        seenAt: sql`excluded.seen_at`,
        times: sql`${alerts.times} + 1`,
      },
    })
    .returning({ times: alerts.times });
  return row?.times === 1;
}

/** Ends the open incident of a kind and subject; null when there is none. */
export async function endAlert(
  db: Db,
  { kind, subject }: Pick<Alert, 'kind' | 'subject'>,
  now: Date,
): Promise<Incident | null> {
  const [row] = await db
    .update(alerts)
    .set({ endedAt: now, nextMailAt: now })
    .where(and(eq(alerts.kind, kind), eq(alerts.subject, subject), isNull(alerts.endedAt)))
    .returning(COLUMNS);
  return row ?? null;
}

/** The incidents that are open, the oldest first. */
export async function listOpenIncidents(db: Db, kinds?: readonly AlertKind[]): Promise<Incident[]> {
  const wanted = kinds && sql`kind = ANY(${sql.param([...kinds])}::text[])`;
  return db
    .select(COLUMNS)
    .from(alerts)
    .where(and(isNull(alerts.endedAt), wanted))
    .orderBy(asc(alerts.id));
}

/** The newest incidents of a kind, open or over, from `since` on. */
export async function listIncidents(
  db: Db,
  { kind, since }: { kind: AlertKind; since: Date },
): Promise<Incident[]> {
  return db
    .select(COLUMNS)
    .from(alerts)
    .where(and(eq(alerts.kind, kind), sql`raised_at >= ${since}`))
    .orderBy(desc(alerts.id));
}

/** Longer than a mail is ever put off, in ms: one beyond was by a clock that has been set back since. */
const MAX_POSTPONED_MS = HOUR_MS;

/** Takes an incident of which something is still to be mailed, until `untilAt`: whoever looks for one
 *  meanwhile gets another. Null when there is none. */
export async function claimAlertNotification(
  db: Db,
  now: Date,
  untilAt: Date,
): Promise<Incident | null> {
  const ahead = new Date(now.getTime() + MAX_POSTPONED_MS);
  const [row] = await db
    .update(alerts)
    .set({ nextMailAt: untilAt })
    .where(
      sql`id = (SELECT id FROM alerts WHERE next_mail_at <= ${now} OR next_mail_at > ${ahead} ORDER BY next_mail_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)`,
    )
    .returning(COLUMNS);
  return row ?? null;
}

/** Records that the operator was told. What ended meanwhile is still to be told. */
export async function recordAlertNotification(
  db: Db,
  id: number,
  notification: AlertNotification,
  now: Date,
): Promise<void> {
  const isFinal = notification !== 'began';
  await db
    .update(alerts)
    .set({
      mailedAt: sql`coalesce(mailed_at, ${now})`,
      ...(isFinal
        ? { endMailedAt: now, nextMailAt: null }
        : { nextMailAt: sql`CASE WHEN ended_at IS NOT NULL THEN ${now}::timestamptz END` }),
    })
    .where(eq(alerts.id, id));
}

/** Puts off telling until `nextMailAt`; for good with null. */
export async function postponeAlertNotification(
  db: Db,
  id: number,
  nextMailAt: Date | null,
): Promise<void> {
  await db.update(alerts).set({ nextMailAt }).where(eq(alerts.id, id));
}

/** Removes incidents that ended before `before`. Returns how many. */
export async function removeAlerts(db: Db, before: Date): Promise<number> {
  const removed = await db.delete(alerts).where(sql`ended_at < ${before}`);
  return removed.rowCount ?? 0;
}
