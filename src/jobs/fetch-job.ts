import {
  claimSource,
  listDueSources,
  readSourceRecords,
  type SourceRecord,
  setNextFetch,
} from '../db/source-times.ts';
import { sourceFailed, sourceGarbled, sourceStale } from '../domain/alarm-rules.ts';
import { dueDigest } from '../domain/composing.ts';
import { DIGEST_KINDS } from '../domain/digest.ts';
import { daysToAsk } from '../domain/expected-lists.ts';
import { nextFetchAt, retryFetchAt } from '../domain/fetch-times.ts';
import type { Source } from '../domain/fetched.ts';
import { dayOf } from '../domain/schedule.ts';
import type { SourceError } from '../domain/source-error.ts';
import { type FetchReport, fetchPapers } from '../services/fetch-papers.ts';
import type { ComposeDeps } from './compose-job.ts';
import type { HandlerDeps } from './deps.ts';

export interface FetchDeps
  extends Pick<HandlerDeps, 'queue'>,
    Omit<ComposeDeps, 'composeWaitMs' | 'sources'> {
  /** 0 to 1; spreads what many installations would do at once. */
  random: () => number;
  /** Aborted when the process is to end. */
  stopping: AbortSignal;
}

/** How long a process may take over a source before another one asks it, in ms. */
const CLAIM_MS = 15 * 60_000;

/** Rings for each of `sources` that is due. Ringing twice is harmless: the source is claimed. */
export async function ringSources(
  { db, queue, clock }: Pick<FetchDeps, 'db' | 'queue' | 'clock'>,
  sources: readonly Source[],
): Promise<void> {
  if (sources.length === 0) return;
  const names = sources.map(({ name }) => name);
  const due = await listDueSources(db, names, clock());
  const rings = due.map((source) => ({ data: { source }, id: `fetch-${names.indexOf(source)}` }));
  await queue.ringMany('fetch', rings);
}

/** Asks a source for what it should have by now, if it is due, and sets when it is asked next. */
export async function fetchDue(deps: FetchDeps, source: Source): Promise<void> {
  const { db, clock, composeAt, random, stopping } = deps;
  const now = clock();
  const { name } = source;
  if (!(await claimSource(db, name, now, new Date(now.getTime() + CLAIM_MS)))) return;
  const before = (await readSourceRecords(db, now))(name);
  const asking = { now, composeAt };
  let reports: FetchReport[];
  try {
    reports = await askFor(deps, source, daysToAsk(source, { ...asking, ...before }));
    const after = (await readSourceRecords(db, now))(name);
    const error = troubleIn(reports, now);
    const failures = error === null ? 0 : before.failures + 1;
    const nextAt =
      error === null
        ? nextFetchAt(source, { ...asking, ...after, random: random() })
        : retryFetchAt({ failures, ...patienceOf(error), now, random: random() });
    await setNextFetch(db, name, { nextAt, failures });
    await judge(deps, name, reports, { error, failures, nextAt, hadFailed: before.failures > 0 });
  } catch (error) {
    const { failures } = before;
    if (stopping.aborted) return setNextFetch(db, name, { nextAt: now, failures });
    await putOff(deps, name, failures + 1).catch(() => undefined);
    throw error;
  }
  await ringForWaiting(deps, before, { now, hasNews: reports.some(({ added }) => added > 0) });
}

/** Has a source asked again whose fetch broke off, by no fault of its own as far as is known. */
async function putOff(
  { db, clock, random, alarms }: FetchDeps,
  name: string,
  failures: number,
): Promise<void> {
  const again = { isBusy: false, retryAfterMs: null, now: clock(), random: random() };
  const nextAt = retryFetchAt({ failures, ...again });
  await setNextFetch(db, name, { nextAt, failures });
  const message = 'The fetch broke off; the log tells of the job that failed.';
  const alarm = sourceFailed(name, { code: 'SOURCE_UNREACHABLE', message }, { failures, nextAt });
  if (alarm !== null) await alarms.raise(alarm);
}

/** Asks for one day after the other, until it fails. */
async function askFor(
  { db, clock, log, stopping }: FetchDeps,
  source: Source,
  days: readonly (string | null)[],
): Promise<FetchReport[]> {
  const reports: FetchReport[] = [];
  for (const day of days) {
    const report = await fetchPapers({ db, clock, signal: stopping }, source, { day });
    reports.push(report);
    const { error, startedAt: _startedAt, endedAt: _endedAt, ...facts } = report;
    log(error === null ? 'info' : 'warn', 'source asked', facts);
    if (error !== null && error.code !== 'NO_SUCH_DAY') break;
  }
  return reports;
}

function patienceOf({ code, retryAfterMs }: SourceError) {
  return { isBusy: code === 'SOURCE_BUSY', retryAfterMs };
}

/** What went wrong with one of the days, or null. That it has no list of today is nothing: by its clock
 *  today may not have begun. */
function troubleIn(reports: readonly FetchReport[], now: Date): SourceError | null {
  const today = dayOf(now);
  const failed = reports.find(
    ({ day, error }) =>
      error !== null && !(error.code === 'NO_SUCH_DAY' && day !== null && day >= today),
  );
  return failed?.error ?? null;
}

/** Raises and ends the alarms about a source by what came of asking it. That it answers ends the alarm about
 *  its failures; the one about a list that could not be read ends when one can (or, as both are one alarm, when
 *  it answers after a failure). */
async function judge(
  { alarms }: FetchDeps,
  subject: string,
  reports: readonly FetchReport[],
  {
    error,
    failures,
    nextAt,
    hadFailed,
  }: { error: SourceError | null; failures: number; nextAt: Date; hadFailed: boolean },
): Promise<void> {
  if (error !== null) {
    const alarm = sourceFailed(subject, error, { failures, nextAt });
    if (alarm !== null) await alarms.raise(alarm);
    return;
  }
  const [garbled] = reports.flatMap((report) => sourceGarbled(subject, report) ?? []);
  if (garbled) await alarms.raise(garbled);
  else if (hadFailed || reports.some(({ found }) => found > 0))
    await alarms.end({ kind: 'source-failed', subject });
  const stale = reports.find(({ outcome }) => outcome === 'stale');
  if (stale) return alarms.raise(sourceStale(subject, stale.day ?? 'its newest day'));
  if (!reports.some(({ outcome }) => outcome === 'papers')) return;
  await alarms.end({ kind: 'source-stale', subject });
}

/** A digest that is made up for waits until each source was asked: this may have been the last. One that
 *  found nothing while the source failed is tried again when it brings papers. */
async function ringForWaiting(
  { queue, composeAt }: FetchDeps,
  { askedAt, failures }: SourceRecord,
  { now, hasNews }: { now: Date; hasNews: boolean },
): Promise<void> {
  const isBack = failures > 0 && hasNews;
  for (const kind of DIGEST_KINDS) {
    const due = dueDigest(kind, composeAt, now);
    if (due === null || (askedAt !== null && askedAt >= due.from && !isBack)) continue;
    await queue.ring('compose', { kind }, `compose-${kind}-after-fetch`);
  }
}
