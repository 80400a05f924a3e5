import type { AlertKind } from '../../../domain/alerts/alert.ts';

/** The text of an email that tells the operator about an incident. */
export const ALERT_EMAIL_COPY = {
  /** A headline without full stop, for the subject of an alert. */
  headline: {
    'source-failed': (source) => `The source ${source} cannot be read`,
    'source-quiet': (source) => `The source ${source} had no papers on a working day`,
    'source-stale': (source) => `The source ${source} returned an old list`,
    'papers-late': (digest) => `The papers for the digest ${digest} are late`,
    'relay-down': (relay) => `The relay ${relay} is not accepting mail`,
    refusals: (digest) => `The digest ${digest} was paused: too many addresses were refused`,
    unanswered: (digest) =>
      `The digest ${digest} was paused: the relay did not reply to its messages`,
    'compose-failed': (digest) => `The digest ${digest} was paused: its emails cannot be composed`,
    failover: (digest) => `The digest ${digest} was paused: the database failed over`,
    'clock-skew': (machine) => `The clocks of ${machine} and of the database differ`,
    'database-refuses': (worker) =>
      `The database does not store the results of the worker ${worker}`,
    'queue-behind': (queue) =>
      queue === 'deliveries' ? 'Digest deliveries are behind' : 'Transactional emails are behind',
    'prune-blocked': () => 'Old deliveries cannot be removed',
  } satisfies Record<AlertKind, (subject: string) => string>,
  button: 'Status',
  began: {
    subject: ({ siteName, headline }: { siteName: string; headline: string }) =>
      `${siteName}: ${headline}`,
    heading: (headline: string) => `${headline}.`,
    since: (moment: string) => `Since ${moment}.`,
    after: 'You’ll get one more email when this is over, and none until then.',
  },
  over: {
    subject: ({ siteName, headline }: { siteName: string; headline: string }) =>
      `${siteName}: resolved: ${headline}`,
    heading: 'Resolved',
    period: ({ since, until, headline }: { since: string; until: string; headline: string }) =>
      `From ${since} to ${until}: ${headline}.`,
    wasNotified: 'You got an email when it began.',
    wasNotNotified: 'No email could be sent when it began: this is the only one.',
  },
} as const;
