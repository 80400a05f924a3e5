import { type DigestKind, isDigestKind } from '../digests/digest.ts';
import { DAY_MS, MINUTE_MS } from '../time/units.ts';

/** What can be wrong with an installation. One incident is open for a kind and subject at a time. */
export const ALERT_KINDS = [
  /** A source failed, or what it sent could not be read. Subject: the source's name. */
  'source-failed',
  /** A source brought nothing on a working day. Subject: the source's name. */
  'source-quiet',
  /** A source brought an old list again. Subject: the source's name. */
  'source-stale',
  /** The papers of a working day were not there when their digest was to be composed. Subject: kind and date. */
  'papers-late',
  /** No relay, or not all of them, takes mail. Subject: the relay's name. */
  'relay-down',
  /** Too many addresses were refused, so that the digest was paused. Subject: kind and date. */
  'refusals',
  /** What is due has waited for long: no worker, or too slow a one. Subject: `deliveries` or `letters`. */
  'queue-behind',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

export interface Alert {
  kind: AlertKind;
  subject: string;
  /** What is wrong and what to do, in one or two sentences for the operator. No address of a reader. */
  sentence: string;
}

/** An alarm as it is kept: one row for each incident. */
export interface Incident extends Alert {
  id: number;
  raisedAt: Date;
  /** When it was last found to be still so. */
  seenAt: Date;
  times: number;
  /** Null while its trouble lasts. */
  endedAt: Date | null;
  /** When the operator was mailed that it began, and that it is over. */
  mailedAt: Date | null;
  endMailedAt: Date | null;
}

/** What a mail tells of an incident: that it began, that one told of is over, or both in one. */
export type AlertNotification = 'began' | 'over' | 'both';

/** Trouble that is over before a mail told of it, and within this, is nobody's business, in ms. */
const MIN_REPORTED_DURATION_MS = 5 * MINUTE_MS;
/** News that are older than this are none, in ms: ALERT_EMAIL may have been set only now. */
const MAX_NOTIFICATION_AGE_MS = DAY_MS;

/** What is to be mailed of an incident now, or null. */
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

/** The subject of an alarm about a digest. */
export function formatDigestAlertSubject({
  kind,
  date,
}: {
  kind: DigestKind;
  date: string;
}): string {
  return `${kind} ${date}`;
}

/** The digest that the subject of an alarm names, or null when it names none. */
export function parseDigestSubject(subject: string): { kind: DigestKind; date: string } | null {
  const [kind = '', date = ''] = subject.split(' ');
  return isDigestKind(kind) ? { kind, date } : null;
}
