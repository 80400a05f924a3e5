/** What can be wrong with an installation. One incident is open for a kind and subject at a time. */
export const ALARM_KINDS = [
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
export type AlarmKind = (typeof ALARM_KINDS)[number];

export interface Alarm {
  kind: AlarmKind;
  subject: string;
  /** What is wrong and what to do, in one or two sentences for the operator. No address of a reader. */
  sentence: string;
}
