import { removeAlerts } from '../../db/alerts/alerts.ts';
import type { Db } from '../../db/client.ts';
import { listFinishedDigests, removeDeliveries } from '../../db/digests/retention.ts';
import { analysePapers } from '../../db/papers/papers.ts';
import { removeFetches } from '../../db/sources/sources.ts';
import { removeExpiredSignupLimits } from '../../db/subscribers/signup-limits.ts';
import { removeUnconfirmedSubscribers } from '../../db/subscribers/subscribers.ts';
import { removeTransactionalEmails } from '../../db/transactional/transactional-emails.ts';
import { DAY_MS } from '../../domain/time/units.ts';

/** How long a sign-up that nobody confirms is kept, in ms: long enough to tell the reader that the
 *  link is over, no longer than needed (GDPR Art. 5(1)(e)). */
const UNCONFIRMED_RETENTION_MS = 30 * DAY_MS;

/** How long letters are kept after their links end, in ms. */
const EMAIL_RETENTION_MS = 30 * DAY_MS;

/** How long single fetches are kept, in ms. */
const FETCH_RETENTION_MS = 60 * DAY_MS;

/** How long alarms are kept after they ended, in ms. */
const ALERT_RETENTION_MS = 365 * DAY_MS;

/** What was removed. */
export interface PruneReport {
  unconfirmed: number;
  transactionalEmails: number;
  limits: number;
  fetches: number;
  alerts: number;
  /** Digests whose deliveries were removed. */
  digests: number;
}

/** Removes what is not needed any more: unconfirmed sign-ups, old letters, counts of networks, old fetches and alarms, and
 *  deliveries of digests composed longer than `deliveriesKeptDays` ago. Then has the words of papers
 *  counted anew. */
export async function pruneExpired(
  db: Db,
  now: Date,
  { deliveriesKeptDays }: { deliveriesKeptDays: number },
): Promise<PruneReport> {
  const ended = await listFinishedDigests(
    db,
    new Date(now.getTime() - deliveriesKeptDays * DAY_MS),
  );
  for (const digestId of ended) await removeDeliveries(db, digestId, now);
  await analysePapers(db);
  return {
    digests: ended.length,
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
  };
}
