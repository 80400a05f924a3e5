import type { MissingList } from '../../domain/digests/compose-due.ts';
import { HOUR_MS, MINUTE_MS } from '../../domain/time/units.ts';
import { formatQuantity, formatTimes, joinNames } from './format.ts';
import { formatTime } from './format-moment.ts';

/** What is wrong and what the operator can do, by kind of alert. Stored when the alert is raised,
 *  and shown on the status page, in the log and in the e-mail about it. */
export const ALERT_COPY = {
  /** `message` is a sentence about the last failure. */
  sourceFailed: ({
    source,
    message,
    failures,
    nextAt,
  }: {
    source: string;
    message: string;
    failures: number;
    nextAt: Date;
  }) => {
    const failureCount = failures === 1 ? 'once' : `${formatTimes(failures)} in a row`;
    return `${source} failed ${failureCount}: ${message} Papers from earlier fetches are kept. The next attempt is at ${formatTime(nextAt)}.`;
  },
  /** `detail` holds the first problems as sentences; `day` is null for the newest list. */
  sourceUnreadable: (
    source: string,
    {
      day,
      found,
      refused,
      detail,
    }: { day: string | null; found: number; refused: number; detail: string | null },
  ) => {
    const nextStep =
      day === null
        ? ''
        : ` Once it is fixed, run: bin/paperboy papers fetch ${source} --date ${day}`;
    return `Most of the ${found + refused} entries that ${source} sent could not be read. ${detail ?? ''} The others are stored. Check whether the source has changed its format.${nextStep}`;
  },
  sourceStale: (source: string, day: string | null) =>
    `${source} lists only papers for ${day ?? 'its newest day'} that it had listed before. Fetching is repeated until it has new ones.`,
  sourceQuiet: ({ source, day }: MissingList) =>
    `${source} answers, but has no papers for ${day}, a working day. Check whether the source has changed, or whether that day was a holiday.`,
  /** `composesAt` is null when the digest was composed without the lists. */
  papersLate: (missing: readonly MissingList[], composesAt: Date | null) => {
    const isOne = missing.length === 1;
    const lists = `${isOne ? 'The list' : 'The lists'} ${joinNames(missing.map(({ source, day }) => `${source} of ${day}`))}`;
    return composesAt === null
      ? `${lists} did not arrive in time: the digest was composed without ${isOne ? 'it' : 'them'}.`
      : `${lists} ${isOne ? 'is' : 'are'} missing: composing waits until ${formatTime(composesAt)} at the latest.`;
  },
  bounceRateExceeded:
    'More than 5 % of the last 200 replies, or half of the first few, refused the mail for good: the digest is paused and nobody is suppressed.',
  unanswered:
    'The relay received messages and did not reply, so nobody knows whether they arrived. The digest is paused. Before you resume it, check the relay’s log, and every firewall and filter in front of it.',
  composeFailed: (problem: string) =>
    `The emails of the digest cannot be composed: ${problem} The digest is paused, and no email is lost.`,
  failover:
    'The database failed over to a standby, which may lack the last seconds before the failover. The digest is paused, because some readers may have received it in those seconds. Deliveries that a worker remembers from then are “unknown” and are not sent again. Check the relay’s log for those seconds, then run: bin/paperboy digest resume',
  digestLost:
    'The database failed over to a standby that had not received this digest. The results of its last emails are dropped. When the digest is composed again, readers who received it before the failover receive it a second time: to prevent that, check the relay’s log, and pause or cancel the digest.',
  /** `skewMs` is how far the machine is ahead. */
  clockSkew: (machine: string, skewMs: number) =>
    `The clock of ${machine} is ${formatSkew(skewMs)} the database’s. Until they agree within a minute, Paperboy on ${machine} sends, composes and removes nothing. Synchronise the clocks of both machines by NTP.`,
  databaseRefuses: (worker: string, problem: string) =>
    `The database does not store the results of the worker ${worker}: ${problem}. The worker has stopped sending and tries again every 10 minutes; messages that it had in flight are “unknown”. Check the rights of its database role, and whether the worker and the tables are of the same version of Paperboy.`,
  pruneBlocked:
    'Deliveries that are older than DELIVERIES_KEPT_DAYS could not be removed for a week, since something has their tables locked each time: a backup, or another long transaction. pg_stat_activity shows it.',
  queueBehind: (queue: 'deliveries' | 'transactional', since: Date) =>
    `The oldest due ${QUEUE_NAMES[queue]} has waited since ${formatTime(since)}. Check whether a worker is running and whether the relay accepts mail fast enough.`,
} as const;

function formatSkew(skewMs: number): string {
  const minutes = Math.round(Math.abs(skewMs) / MINUTE_MS);
  const hours = Math.round(Math.abs(skewMs) / HOUR_MS);
  const amount = minutes < 120 ? formatQuantity(minutes, 'minute') : formatQuantity(hours, 'hour');
  return `${amount} ${skewMs > 0 ? 'ahead of' : 'behind'}`;
}

const QUEUE_NAMES = {
  deliveries: 'digest delivery',
  transactional: 'transactional e-mail',
} as const;
