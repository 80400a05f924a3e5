import { listAlarms } from '../db/alarms.ts';
import type { Db } from '../db/client.ts';
import { findDigest } from '../db/digests.ts';
import { readSourceRecords } from '../db/source-times.ts';
import { oldestDue } from '../db/waiting.ts';
import { type AlarmKind, type Incident, readDigestSubject } from '../domain/alarm.ts';
import { BEHIND_MS, FORGOTTEN_MS, queueBehind, sourceQuiet } from '../domain/alarm-rules.ts';
import { dueDigest, type Missing } from '../domain/composing.ts';
import type { Rhythm } from '../domain/rhythm.ts';
import type { TimeOfDay } from '../domain/schedule.ts';
import type { Alarms } from './support/alarms.ts';
import { missingLists } from './support/missing-lists.ts';

export interface WatchDeps {
  db: Db;
  alarms: Alarms;
  sources: readonly (Rhythm & { name: string })[];
  composeAt: TimeOfDay;
  /** How long composing waits for papers, in ms. */
  waitMs: number;
}

const DAY_MS = 86_400_000;

/** Looks at the installation as a whole: raises the alarms that nobody else would, and ends those whose
 *  trouble is over. To be called every minute. */
export async function watchInstallation(deps: WatchDeps, now: Date): Promise<void> {
  const quiet = await watchQuietSources(deps, now);
  await watchQueue(deps, now);
  const isOver: Partial<Record<AlarmKind, (incident: Incident) => Promise<boolean>>> = {
    'papers-late': (incident) => isLateOver(deps, incident, now),
    refusals: async ({ subject }) => !(await isPaused(deps.db, subject)),
    'relay-down': async ({ seenAt }) => now.getTime() - seenAt.getTime() > FORGOTTEN_MS,
    'source-failed': async ({ subject }) => !isSet(deps, subject),
    'source-quiet': (incident) => isQuietOver(deps, incident, { quiet, now }),
    'source-stale': async ({ subject }) => !isSet(deps, subject),
  };
  for (const incident of await listAlarms(deps.db)) {
    if (await isOver[incident.kind]?.(incident)) await deps.alarms.end(incident);
  }
}

/** Sources without the list of a working day. One that fails, or sends an old one, has an alarm of its own. */
async function watchQuietSources(
  { db, alarms, sources, composeAt, waitMs }: WatchDeps,
  now: Date,
): Promise<Missing[]> {
  const due = dueDigest('daily', composeAt, now, DAY_MS);
  if (due === null) return [];
  const missing = await missingLists(db, sources, { ...due, now });
  if (missing.length === 0 || now.getTime() < due.from.getTime() + waitMs) return missing;
  const recordOf = await readSourceRecords(db, now);
  const stale = await listAlarms(db, ['source-stale']);
  for (const each of missing) {
    const isTold = stale.some(({ subject }) => subject === each.source);
    const isAnswering = each.wasAsked && recordOf(each.source).failures === 0;
    if (isAnswering && !isTold) await alarms.raise(sourceQuiet(each));
  }
  return missing;
}

/** With no relay in order nothing can be sent, and that is told by itself. */
async function watchQueue({ db, alarms }: WatchDeps, now: Date) {
  const since = await oldestDue(db, now);
  const isRelayDown = (await listAlarms(db, ['relay-down'])).length > 0;
  for (const subject of ['deliveries', 'letters'] as const) {
    const oldest = since[subject];
    const isBehind = oldest !== null && now.getTime() - oldest.getTime() > BEHIND_MS;
    if (!isBehind) await alarms.end({ kind: 'queue-behind', subject });
    else if (!isRelayDown) await alarms.raise(queueBehind(subject, oldest));
  }
}

/** Over when the lists have come, or when the next digest is due. */
async function isLateOver(
  { db, sources, composeAt }: WatchDeps,
  { subject }: Incident,
  now: Date,
): Promise<boolean> {
  const digest = readDigestSubject(subject);
  if (digest === null) return true;
  const due = dueDigest(digest.kind, composeAt, now, 7 * DAY_MS);
  if (due === null || due.date !== digest.date) return true;
  return (await missingLists(db, sources, { ...due, now })).length === 0;
}

/** Over when papers have come since, of whatever day: the source is quiet no more. That no list is expected at
 *  the weekend does not mean that Friday's has come. */
async function isQuietOver(
  deps: WatchDeps,
  { subject, raisedAt }: Incident,
  { quiet, now }: { quiet: readonly Missing[]; now: Date },
): Promise<boolean> {
  if (!isSet(deps, subject)) return true;
  if (quiet.some(({ source }) => source === subject)) return false;
  const { gaveAt } = (await readSourceRecords(deps.db, now))(subject);
  return gaveAt !== null && gaveAt >= raisedAt;
}

async function isPaused(db: Db, subject: string): Promise<boolean> {
  const known = readDigestSubject(subject);
  const digest = known && (await findDigest(db, known.kind, known.date));
  return digest !== null && digest.pausedAt !== null && digest.cancelledAt === null;
}

function isSet({ sources }: WatchDeps, subject: string): boolean {
  return sources.some(({ name }) => name === subject);
}
