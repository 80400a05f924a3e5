import { ALERT_COPY } from '../../copy/en/alerts.ts';
import { listOpenIncidents } from '../../db/alerts/alerts.ts';
import type { Db } from '../../db/client.ts';
import { findDigest } from '../../db/digests/digests.ts';
import { findBacklogs } from '../../db/monitoring/status.ts';
import { readSourceHistories } from '../../db/sources/sources.ts';
import { type AlertKind, type Incident, parseDigestSubject } from '../../domain/alerts/alert.ts';
import { QUEUE_BEHIND_AFTER_MS, STALE_ALERT_AFTER_MS } from '../../domain/alerts/alert-rules.ts';
import { findDueDigest, type MissingList } from '../../domain/digests/compose-due.ts';
import type { PublishingSchedule } from '../../domain/sources/publishing-schedule.ts';
import type { TimeOfDay } from '../../domain/time/schedule.ts';
import { DAY_MS } from '../../domain/time/units.ts';
import type { Alerts } from '../alerts/alerts.ts';
import { findMissingLists } from '../digests/find-missing-lists.ts';

interface MonitorDeps {
  db: Db;
  alerts: Alerts;
  sources: readonly (PublishingSchedule & { name: string })[];
  composeAt: TimeOfDay;
  /** How long composing waits for papers, in ms. */
  waitMs: number;
}

/** Raises the alerts that need a view of the whole installation, and ends those whose cause is
 *  gone. Called once a minute. */
export async function monitorInstallation(deps: MonitorDeps, now: Date): Promise<void> {
  const quiet = await monitorQuietSources(deps, now);
  await monitorQueues(deps, now);
  const isResumed = async ({ subject }: Incident) => !(await isPaused(deps.db, subject));
  const isStale = async ({ seenAt }: Incident) =>
    now.getTime() - seenAt.getTime() > STALE_ALERT_AFTER_MS;
  const isOver: Partial<Record<AlertKind, (incident: Incident) => Promise<boolean>>> = {
    'papers-late': (incident) => isPapersLateOver(deps, incident, now),
    refusals: isResumed,
    unanswered: isResumed,
    'compose-failed': isResumed,
    // A digest that the failover lost is not there to be resumed.
    failover: async (incident) => (await isResumed(incident)) && isStale(incident),
    'relay-down': isStale,
    'clock-skew': isStale,
    'database-refuses': isStale,
    'source-failed': async ({ subject }) => !isConfigured(deps, subject),
    'source-quiet': (incident) => isSourceQuietOver(deps, incident, { quiet, now }),
    'source-stale': async ({ subject }) => !isConfigured(deps, subject),
  };
  for (const incident of await listOpenIncidents(deps.db)) {
    if (await isOver[incident.kind]?.(incident)) await deps.alerts.end(incident);
  }
}

/** Sources without the list of a working day. A source that fails or sends an old list has another
 *  alert already. */
async function monitorQuietSources(
  { db, alerts, sources, composeAt, waitMs }: MonitorDeps,
  now: Date,
): Promise<MissingList[]> {
  const due = findDueDigest('daily', composeAt, now, DAY_MS);
  if (due === null) return [];
  const missing = await findMissingLists(db, sources, { ...due, now });
  if (missing.length === 0 || now.getTime() < due.from.getTime() + waitMs) return missing;
  const recordOf = await readSourceHistories(db, now);
  const stale = await listOpenIncidents(db, ['source-stale']);
  for (const each of missing) {
    const isAlerted = stale.some(({ subject }) => subject === each.source);
    const isAnswering = each.wasFetched && recordOf(each.source).consecutiveFailures === 0;
    if (!isAnswering || isAlerted) continue;
    const sentence = ALERT_COPY.sourceQuiet(each);
    await alerts.raise({ kind: 'source-quiet', subject: each.source, sentence });
  }
  return missing;
}

/** Without a working relay nothing can be sent, and `relay-down` says so already. */
async function monitorQueues({ db, alerts }: MonitorDeps, now: Date) {
  const backlogs = await findBacklogs(db, now);
  const isRelayDown = (await listOpenIncidents(db, ['relay-down'])).length > 0;
  for (const subject of ['deliveries', 'transactional'] as const) {
    const { since } = backlogs[subject];
    const isBehind = since !== null && now.getTime() - since.getTime() > QUEUE_BEHIND_AFTER_MS;
    if (!isBehind) {
      await alerts.end({ kind: 'queue-behind', subject });
    } else if (!isRelayDown) {
      const sentence = ALERT_COPY.queueBehind(subject, since);
      await alerts.raise({ kind: 'queue-behind', subject, sentence });
    }
  }
}

/** True once the lists have come, or the next digest is due. */
async function isPapersLateOver(
  { db, sources, composeAt }: MonitorDeps,
  { subject }: Incident,
  now: Date,
): Promise<boolean> {
  const digest = parseDigestSubject(subject);
  if (digest === null) return true;
  const due = findDueDigest(digest.kind, composeAt, now, 7 * DAY_MS);
  if (due === null || due.date !== digest.date) return true;
  return (await findMissingLists(db, sources, { ...due, now })).length === 0;
}

/** True once any papers have come since. A weekend, when no list is expected, is not enough:
 *  Friday's list may still be missing. */
async function isSourceQuietOver(
  deps: MonitorDeps,
  { subject, raisedAt }: Incident,
  { quiet, now }: { quiet: readonly MissingList[]; now: Date },
): Promise<boolean> {
  if (!isConfigured(deps, subject)) return true;
  if (quiet.some(({ source }) => source === subject)) return false;
  const { lastPapersAt } = (await readSourceHistories(deps.db, now))(subject);
  return lastPapersAt !== null && lastPapersAt >= raisedAt;
}

async function isPaused(db: Db, subject: string): Promise<boolean> {
  const known = parseDigestSubject(subject);
  const digest = known && (await findDigest(db, known.kind, known.date));
  return digest !== null && digest.pausedAt !== null && digest.cancelledAt === null;
}

function isConfigured({ sources }: MonitorDeps, subject: string): boolean {
  return sources.some(({ name }) => name === subject);
}
