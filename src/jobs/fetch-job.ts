import { ALERT_COPY } from '../copy/en/alerts.ts';
import {
  claimSource,
  listDueSources,
  readSourceHistories,
  setNextFetch,
} from '../db/sources/sources.ts';
import { isSourceFailureAlerted } from '../domain/alerts/alert-rules.ts';
import { findDueDigest } from '../domain/digests/compose-due.ts';
import { DIGEST_KINDS } from '../domain/digests/digest.ts';
import { selectDaysToFetch } from '../domain/sources/expected-lists.ts';
import { computeFetchRetryTime, computeNextFetchTime } from '../domain/sources/fetch-times.ts';
import { isMostlyUnreadable, type Source } from '../domain/sources/source.ts';
import type { SourceError } from '../domain/sources/source-error.ts';
import type { SourceHistory } from '../domain/sources/source-history.ts';
import { toUtcDay } from '../domain/time/schedule.ts';
import { MINUTE_MS } from '../domain/time/units.ts';
import { type FetchReport, fetchPapers } from '../services/sources/fetch-papers.ts';
import type { ComposeDeps } from './compose-job.ts';
import type { HandlerDeps } from './deps.ts';

interface FetchJobDeps
  extends Pick<HandlerDeps, 'queue'>,
    Omit<ComposeDeps, 'composeWaitMs' | 'sources'> {
  /** 0 to 1; spreads the requests of many installations. */
  random: () => number;
  /** Aborted when the process is to end. */
  stopping: AbortSignal;
}

/** How long a claim on a source lasts, in ms; then another process may fetch from it. */
export const SOURCE_CLAIM_MS = 15 * MINUTE_MS;

/** Enqueues a fetch for each of `sources` that is due. Idempotent: a fetch claims its source. */
export async function enqueueDueSources(
  { db, queue, clock }: Pick<FetchJobDeps, 'db' | 'queue' | 'clock'>,
  sources: readonly Source[],
): Promise<void> {
  if (sources.length === 0) return;
  const names = sources.map(({ name }) => name);
  const due = await listDueSources(db, names, clock());
  const jobs = due.map((source) => ({ data: { source }, id: `fetch-${names.indexOf(source)}` }));
  await queue.enqueueMany('fetch', jobs);
}

/** Fetches the lists that a due source should have by now, and sets the time of its next fetch.
 *  Returns a report for each list; null when the source is not due. */
export async function fetchDue(
  deps: FetchJobDeps,
  source: Source,
): Promise<readonly FetchReport[] | null> {
  const { db, clock, composeAt, random, stopping } = deps;
  const now = clock();
  const { name } = source;
  if (!(await claimSource(db, name, now, new Date(now.getTime() + SOURCE_CLAIM_MS)))) return null;
  const before = (await readSourceHistories(db, now))(name);
  const fetchContext = { now, composeAt };
  let reports: FetchReport[];
  try {
    reports = await fetchDays(
      deps,
      source,
      selectDaysToFetch(source, { ...fetchContext, ...before }),
    );
    const after = (await readSourceHistories(db, now))(name);
    const error = findFailure(reports, now);
    const failures = error === null ? 0 : before.consecutiveFailures + 1;
    const nextAt =
      error === null
        ? computeNextFetchTime(source, { ...fetchContext, ...after, random: random() })
        : computeFetchRetryTime({ failures, ...toRetryHint(error), now, random: random() });
    await setNextFetch(db, name, { nextAt, failures });
    await updateSourceAlerts(deps, name, reports, {
      error,
      failures,
      nextAt,
      hadFailed: before.consecutiveFailures > 0,
    });
  } catch (error) {
    const failures = before.consecutiveFailures;
    if (stopping.aborted) {
      await setNextFetch(db, name, { nextAt: now, failures });
      return [];
    }
    await rescheduleFailedFetch(deps, name, failures + 1).catch(() => undefined);
    throw error;
  }
  await enqueueWaitingDigests(deps, before, {
    now,
    hasNews: reports.some(({ added }) => added > 0),
  });
  return reports;
}

/** Schedules the next fetch after an unexpected error, which may be no fault of the source. */
async function rescheduleFailedFetch(
  { db, clock, random, alerts }: FetchJobDeps,
  name: string,
  failures: number,
): Promise<void> {
  const retryHint = { isBusy: false, retryAfterMs: null, now: clock(), random: random() };
  const nextAt = computeFetchRetryTime({ failures, ...retryHint });
  await setNextFetch(db, name, { nextAt, failures });
  const message = 'The fetch failed unexpectedly; the log holds the error of the job.';
  const error = { code: 'SOURCE_UNREACHABLE', message } as const;
  await raiseSourceFailed(alerts, name, { error, failures, nextAt });
}

/** Fetches one day after the other until one fails. */
async function fetchDays(
  { db, clock, log, stopping }: FetchJobDeps,
  source: Source,
  days: readonly (string | null)[],
): Promise<FetchReport[]> {
  const reports: FetchReport[] = [];
  for (const day of days) {
    const report = await fetchPapers({ db, clock, signal: stopping }, source, { day });
    reports.push(report);
    const { error, startedAt: _startedAt, endedAt: _endedAt, ...facts } = report;
    log(error === null ? 'info' : 'warn', 'source fetched', facts);
    if (error !== null && error.code !== 'NO_SUCH_DAY') break;
  }
  return reports;
}

function toRetryHint({ code, retryAfterMs }: SourceError) {
  return { isBusy: code === 'SOURCE_BUSY', retryAfterMs };
}

/** Returns the first error of the days, or null. A missing list of today is no error: by the clock
 *  of the source, today may not have begun. */
function findFailure(reports: readonly FetchReport[], now: Date): SourceError | null {
  const today = toUtcDay(now);
  const failed = reports.find(
    ({ day, error }) =>
      error !== null && !(error.code === 'NO_SUCH_DAY' && day !== null && day >= today),
  );
  return failed?.error ?? null;
}

/** Raises and ends the alerts about a source. A successful fetch after a failure ends the alert
 *  `source-failed`; one about an unreadable list also ends when a list can be read again. */
async function updateSourceAlerts(
  { alerts }: FetchJobDeps,
  subject: string,
  reports: readonly FetchReport[],
  result: { error: SourceError | null; failures: number; nextAt: Date; hadFailed: boolean },
): Promise<void> {
  const { error, failures, nextAt, hadFailed } = result;
  if (error !== null) return raiseSourceFailed(alerts, subject, { error, failures, nextAt });
  const unreadable = reports.find(isMostlyUnreadable);
  if (unreadable) {
    const sentence = ALERT_COPY.sourceUnreadable(subject, unreadable);
    await alerts.raise({ kind: 'source-failed', subject, sentence });
  } else if (hadFailed || reports.some(({ found }) => found > 0)) {
    await alerts.end({ kind: 'source-failed', subject });
  }
  const stale = reports.find(({ outcome }) => outcome === 'stale');
  if (stale) {
    const sentence = ALERT_COPY.sourceStale(subject, stale.day);
    return alerts.raise({ kind: 'source-stale', subject, sentence });
  }
  if (!reports.some(({ outcome }) => outcome === 'papers')) return;
  await alerts.end({ kind: 'source-stale', subject });
}

/** Raises the alert about a failed source once the failure is no passing problem. */
async function raiseSourceFailed(
  alerts: FetchJobDeps['alerts'],
  source: string,
  {
    error: { code, message },
    failures,
    nextAt,
  }: { error: Pick<SourceError, 'code' | 'message'>; failures: number; nextAt: Date },
): Promise<void> {
  if (!isSourceFailureAlerted(code, failures)) return;
  const sentence = ALERT_COPY.sourceFailed({ source, message, failures, nextAt });
  await alerts.raise({ kind: 'source-failed', subject: source, sentence });
}

/** Enqueues the composing of digests that may have waited for this fetch: a missed digest waits
 *  until each source was fetched from, and one without papers waits for a source that had
 *  failed. */
async function enqueueWaitingDigests(
  { queue, composeAt }: FetchJobDeps,
  { lastFetchedAt, consecutiveFailures }: SourceHistory,
  { now, hasNews }: { now: Date; hasNews: boolean },
): Promise<void> {
  const isBack = consecutiveFailures > 0 && hasNews;
  for (const kind of DIGEST_KINDS) {
    const due = findDueDigest(kind, composeAt, now);
    if (due === null || (lastFetchedAt !== null && lastFetchedAt >= due.from && !isBack)) continue;
    await queue.enqueue('compose', { kind }, `compose-${kind}-after-fetch`);
  }
}
