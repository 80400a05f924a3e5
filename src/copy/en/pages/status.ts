import type { Alert } from '../../../domain/alerts/alert.ts';
import type { FetchOutcome } from '../../../domain/sources/source.ts';
import { capitalize, formatQuantity, spellNumber } from '../format.ts';

/** The status page. */
export const STATUS_COPY = {
  title: 'Status',
  headline: (problems: number) => {
    if (problems === 0) return 'Everything is working';
    if (problems === 1) return 'One thing needs attention';
    return `${capitalize(spellNumber(problems))} things need attention`;
  },
  at: (moment: string, version: string) => `${moment}. Paperboy ${version}.`,
  alerts: 'Alerts',
  since: (moment: string) => `Since ${moment}.`,
  /** What the public sees of an alert: it names no address and no server. */
  publicAlerts: {
    'source-failed': 'A source of papers can’t be read at the moment.',
    'source-quiet': 'A source had no papers on a working day.',
    'source-stale': 'A source returned an old list.',
    'papers-late': 'The papers of a working day came late.',
    'relay-down': 'Email is delayed: it is sent more slowly than usual, or not at all.',
    refusals: 'A digest is paused.',
    unanswered: 'A digest is paused.',
    'compose-failed': 'A digest is paused.',
    failover: 'A digest is paused.',
    'clock-skew': 'Email is delayed: the clock of a machine is wrong.',
    'database-refuses': 'Email is sent more slowly than usual, or not at all.',
    'queue-behind': 'Email is sent later than usual.',
    'prune-blocked': 'Old data is kept for longer than usual.',
  } satisfies Record<Alert['kind'], string>,
  papers: 'Papers',
  noSources: 'No source is configured: papers are imported by hand.',
  sources: {
    neverFetched: 'Not fetched yet.',
    fetched: (moment: string) => `Fetched ${moment}:`,
    papers: ({
      found,
      added,
      updated,
      refused,
    }: {
      found: string;
      added: string;
      updated: string;
      refused: string | null;
    }) =>
      `${found}, ${added} new, ${updated} changed${refused === null ? '' : `, ${refused} unreadable`}.`,
    outcomes: {
      unchanged: 'no changes.',
      empty: 'the list was empty.',
      stale: 'the source returned an old list.',
      failed: 'it failed.',
    } satisfies Record<Exclude<FetchOutcome, 'papers'>, string>,
    failedInARow: (times: string) => `it failed, ${times} in a row.`,
    lastPapers: (moment: string) => `Its last papers came ${moment}.`,
    lastPapersOf: (moment: string, day: string) => `Its last papers came ${moment}, of ${day}.`,
    due: 'Due now.',
    next: (moment: string) => `Next ${moment}.`,
  },
  digests: 'Digests',
  nextDaily: 'Next daily digest',
  nextWeekly: 'Next weekly digest',
  composeAt: (moment: string) => `Due ${moment}.`,
  digestTitle: ({ kind, day, number }: { kind: string; day: string; number: number }) =>
    `${capitalize(kind)} digest of ${day}, No. ${number}`,
  digest: ({ papers, moment, progress }: { papers: number; moment: string; progress: string }) =>
    `${formatQuantity(papers, 'paper')}, composed ${moment}. ${progress}`,
  progress: {
    cancelled: 'Cancelled.',
    paused: 'Paused.',
    sending: 'Being sent.',
    scheduled: 'The rest is sent at the hours its subscribers chose.',
    done: 'All sent.',
  },
  state: 'State',
  deliveries: 'Deliveries',
  total: 'all',
  queue: {
    title: 'Queue',
    digests: 'Digests',
    emails: 'Emails',
    waiting: (what: string, age: string) => `${what} have been due for ${age}.`,
    empty: 'Nothing is overdue.',
    lessThanAMinute: 'less than a minute',
  },
  workers: (count: number) =>
    count === 0
      ? 'No worker is running, so no email is sent.'
      : `${capitalize(spellNumber(count))} ${count === 1 ? 'worker is' : 'workers are'} running.`,
  checks: 'Checks',
  forOperator: 'More, for the operator',
} as const;
