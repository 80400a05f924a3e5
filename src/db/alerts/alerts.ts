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

/** Records an alert. True when it begins an incident; an open incident only counts it and takes its
 *  newest sentence. */
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

/** The open incidents, the oldest first. */
export async function listOpenIncidents(db: Db, kinds?: readonly AlertKind[]): Promise<Incident[]> {
  const wanted = kinds && sql`kind = ANY(${sql.param([...kinds])}::text[])`;
  return db
    .select(COLUMNS)
    .from(alerts)
    .where(and(isNull(alerts.endedAt), wanted))
    .orderBy(asc(alerts.id));
}

/** The incidents of a kind that began at `since` or later, open or ended, the newest first. */
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

/** No e-mail is postponed for longer, in ms: a later time was set before the clock was put back. */
const MAX_POSTPONED_MS = HOUR_MS;

/** Claims an incident that the operator must be mailed about, until `untilAt`, so that no other
 *  process mails about it. Null when there is none. */
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
      sql`id = (SELECT id FROM alerts WHERE next_mail_at <= ${now} OR next_mail_at > ${ahead}
        ORDER BY next_mail_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)`,
    )
    .returning(COLUMNS);
  return row ?? null;
}

/** Records that the operator was mailed. An incident that has ended since is due again. */
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

/** Postpones the e-mail until `nextMailAt`; null cancels it. */
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
