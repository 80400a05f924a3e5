import { ALERT_COPY } from '../../copy/en/alerts.ts';
import { removeAlerts } from '../../db/alerts/alerts.ts';
import type { Db } from '../../db/client.ts';
import { removeForgottenThrottles } from '../../db/deliveries/domain-throttles.ts';
import { listFinishedDigests, removeDeliveries } from '../../db/digests/retention.ts';
import { removeEndedLookups } from '../../db/library/library-lookups.ts';
import { analysePapers } from '../../db/papers/papers.ts';
import { removeFetches } from '../../db/sources/sources.ts';
import { removeExpiredSignupLimits } from '../../db/subscribers/signup-limits.ts';
import { removeUnconfirmedSubscribers } from '../../db/subscribers/subscribers.ts';
import { removeTransactionalEmails } from '../../db/transactional/transactional-emails.ts';
import { isTransient } from '../../db/transient.ts';
import { DAY_MS } from '../../domain/time/units.ts';
import type { Alerts } from '../alerts/alerts.ts';
import { removeAbandonedLibraries } from '../library/remove-library.ts';
import type { TermStatistics } from '../ranking/term-statistics.ts';

/** How long an unconfirmed sign-up is kept, in ms: long enough to say that the link has expired,
 *  and no longer than needed (GDPR Art. 5(1)(e)). */
const UNCONFIRMED_RETENTION_MS = 30 * DAY_MS;

/** How long transactional e-mails are kept after their links expire, in ms. */
const EMAIL_RETENTION_MS = 30 * DAY_MS;

/** How long the records of fetches are kept, in ms. */
const FETCH_RETENTION_MS = 60 * DAY_MS;

/** How long incidents are kept after they end, in ms. */
const ALERT_RETENTION_MS = 365 * DAY_MS;

/** How long the library of a reader who unsubscribed is kept, in ms, and the record of what was
 *  looked up for a library. */
const LIBRARY_RETENTION_MS = 30 * DAY_MS;

/** How long deliveries may be kept beyond their time, in ms, before the operator is alerted. */
const MAX_OVERDUE_MS = 7 * DAY_MS;

/** How many rows of each kind were removed. */
interface PruneReport {
  unconfirmed: number;
  transactionalEmails: number;
  limits: number;
  fetches: number;
  alerts: number;
  /** Libraries of subscribers who left. */
  libraries: number;
  lookups: number;
  /** Recipient domains that asked to slow down more than an hour ago. */
  throttles: number;
  /** Digests whose deliveries were removed. */
  digests: number;
  /** Digests whose deliveries could not be removed: a backup may read them. */
  lockedDigests: number;
}

interface PruneOptions {
  deliveriesKeptDays: number;
  termStatistics: TermStatistics;
  alerts: Pick<Alerts, 'raise' | 'end'>;
}

/** Removes what is no longer needed: unconfirmed sign-ups, old transactional e-mails, expired
 *  sign-up limits, old fetches and incidents, the libraries of readers who left, and the deliveries
 *  of digests that were composed more than `deliveriesKeptDays` ago. Also updates the planner's
 *  statistics of papers. Deliveries that something else reads are left for the next call; after a
 *  week that raises an alert. */
export async function pruneExpired(
  db: Db,
  now: Date,
  { deliveriesKeptDays, termStatistics, alerts }: PruneOptions,
): Promise<PruneReport> {
  await analysePapers(db);
  const libraryLimit = new Date(now.getTime() - LIBRARY_RETENTION_MS);
  const removed = {
    unconfirmed: await removeUnconfirmedSubscribers(
      db,
      new Date(now.getTime() - UNCONFIRMED_RETENTION_MS),
    ),
    transactionalEmails: await removeTransactionalEmails(
      db,
      new Date(now.getTime() - EMAIL_RETENTION_MS),
    ),
    limits: await removeExpiredSignupLimits(db, now),
    fetches: await removeFetches(db, new Date(now.getTime() - FETCH_RETENTION_MS)),
    alerts: await removeAlerts(db, new Date(now.getTime() - ALERT_RETENTION_MS)),
    libraries: await removeAbandonedLibraries(
      { db, clock: () => now, termStatistics },
      libraryLimit,
    ),
    lookups: await removeEndedLookups(db, libraryLimit),
    throttles: await removeForgottenThrottles(db, now),
  };
  const before = new Date(now.getTime() - deliveriesKeptDays * DAY_MS);
  const { digests, lockedDigests } = await removeOldDeliveries(db, before, now);
  const overdueBefore = new Date(before.getTime() - MAX_OVERDUE_MS);
  const isOverdue = lockedDigests > 0 && (await listFinishedDigests(db, overdueBefore)).length > 0;
  const alert = { kind: 'prune-blocked', subject: 'deliveries' } as const;
  if (isOverdue) await alerts.raise({ ...alert, sentence: ALERT_COPY.pruneBlocked });
  else await alerts.end(alert);
  return { ...removed, digests, lockedDigests };
}

async function removeOldDeliveries(
  db: Db,
  before: Date,
  now: Date,
): Promise<Pick<PruneReport, 'digests' | 'lockedDigests'>> {
  const report = { digests: 0, lockedDigests: 0 };
  for (const digestId of await listFinishedDigests(db, before)) {
    try {
      await removeDeliveries(db, digestId, now);
      report.digests += 1;
    } catch (error) {
      if (!isTransient(error)) throw error;
      report.lockedDigests += 1;
    }
  }
  return report;
}
