import { type DigestKind, isDigestKind } from '../digests/digest.ts';
import { DAY_MS, MINUTE_MS } from '../time/units.ts';

/** What can be wrong with an installation. One incident is open for a kind and subject at a
 *  time. */
export const ALERT_KINDS = [
  /** A source failed, or what it sent could not be read. Subject: the source's name. */
  'source-failed',
  /** A source brought nothing on a working day. Subject: the source's name. */
  'source-quiet',
  /** A source brought an old list again. Subject: the source's name. */
  'source-stale',
  /** The papers of a working day were missing when their digest was due. Subject: kind and date. */
  'papers-late',
  /** A relay does not accept mail. Subject: the relay's name. */
  'relay-down',
  /** Too many addresses were rejected, so the digest was paused. Subject: kind and date. */
  'refusals',
  /** Relays took mails without an answer, so the digest was paused. Subject: kind and date. */
  'unanswered',
  /** The mails of a digest could not be composed, so it was paused. Subject: kind and date. */
  'compose-failed',
  /** The database failed over to a standby, so the digest was paused. Subject: kind and date. */
  'failover',
  /** Due work has waited too long: no worker runs, or it is too slow. Subject: `deliveries` or
   *  `transactional`. */
  'queue-behind',
  /** The clock of a machine is far from that of the database. Subject: the machine's name. */
  'clock-skew',
  /** The database refuses what a worker records, so the worker has stopped sending. Subject: the
   *  worker. */
  'database-refuses',
  /** Old rows could not be removed for a week. Subject: `deliveries`. */
  'prune-blocked',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export interface Alert {
  kind: AlertKind;
  subject: string;
  /** What is wrong and what to do, in one or two sentences for the operator. Never holds a
   *  subscriber's address. */
  sentence: string;
}

/** An alert as stored: one row for each incident. */
export interface Incident extends Alert {
  id: number;
  raisedAt: Date;
  /** When its cause was last seen. */
  seenAt: Date;
  times: number;
  /** Null while the incident is open. */
  endedAt: Date | null;
  /** When the operator was mailed that it began, and that it ended. */
  mailedAt: Date | null;
  endMailedAt: Date | null;
}

/** What an e-mail reports about an incident: that it began, that it ended, or both at once. */
export type AlertNotification = 'began' | 'over' | 'both';

/** An incident shorter than this that ended before the operator was mailed is not reported, in
 *  ms. */
const MIN_REPORTED_DURATION_MS = 5 * MINUTE_MS;
/** An incident that ended longer ago is not reported, in ms: ALERT_EMAIL may have just been set. */
const MAX_NOTIFICATION_AGE_MS = DAY_MS;

/** What to mail about an incident now, or null. */
export function decideNotification(
  { raisedAt, endedAt, mailedAt, endMailedAt }: Incident,
  now: Date,
): AlertNotification | null {
  if (endedAt === null) return mailedAt === null ? 'began' : null;
  if (endMailedAt !== null || now.getTime() - endedAt.getTime() > MAX_NOTIFICATION_AGE_MS)
    return null;
  if (mailedAt !== null) return 'over';
  return endedAt.getTime() - raisedAt.getTime() < MIN_REPORTED_DURATION_MS ? null : 'both';
}

/** The subject of an alert about a digest. */
export function formatDigestAlertSubject({
  kind,
  date,
}: {
  kind: DigestKind;
  date: string;
}): string {
  return `${kind} ${date}`;
}

/** The digest that an alert's subject names, or null. */
export function parseDigestSubject(subject: string): { kind: DigestKind; date: string } | null {
  const [kind = '', date = ''] = subject.split(' ');
  return isDigestKind(kind) ? { kind, date } : null;
}
