import {
  claimSource,
  listDueSources,
  readSourceRecords,
  type SourceRecord,
  setNextFetch,
} from '../db/source-times.ts';
import { sourceFailed, sourceStale } from '../domain/alarm-rules.ts';
import { dueDigest } from '../domain/composing.ts';
import { DIGEST_KINDS } from '../domain/digest.ts';
import { daysToAsk } from '../domain/expected-lists.ts';
import { nextFetchAt, retryFetchAt } from '../domain/fetch-times.ts';
import type { Source } from '../domain/fetched.ts';
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
  try {
    const reports = await askFor(deps, source, daysToAsk(source, { ...asking, ...before }));
    const after = (await readSourceRecords(db, now))(name);
    const error = reports.at(-1)?.error;
    const hasFailed = error && !isNoSuchDay(error);
    const nextAt = hasFailed
      ? retryFetchAt({ ...after, ...patienceOf(error), now, random: random() })
      : nextFetchAt(source, { ...asking, ...after, random: random() });
    await setNextFetch(db, name, nextAt);
    await judge(deps, name, reports, { failures: after.failures, nextAt });
  } catch (error) {
    if (!stopping.aborted) throw error;
    await setNextFetch(db, name, now);
    return;
  }
  await ringForWaiting(deps, before, now);
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
    if (error !== null && !isNoSuchDay(error)) break;
  }
  return reports;
}

function patienceOf({ code, retryAfterMs }: SourceError) {
  return { isBusy: code === 'SOURCE_BUSY', retryAfterMs };
}

/** By its clock today may not have begun. */
function isNoSuchDay({ code }: SourceError): boolean {
  return code === 'NO_SUCH_DAY';
}

/** Raises and ends the alarms about a source by what came of asking it. */
async function judge(
  { alarms }: FetchDeps,
  subject: string,
  reports: readonly FetchReport[],
  { failures, nextAt }: { failures: number; nextAt: Date },
): Promise<void> {
  const error = reports.at(-1)?.error;
  if (error && !isNoSuchDay(error)) {
    const alarm = sourceFailed(subject, error, { failures, nextAt });
    if (alarm !== null) await alarms.raise(alarm);
    return;
  }
  await alarms.end({ kind: 'source-failed', subject });
  const stale = reports.find(({ outcome }) => outcome === 'stale');
  if (stale) return alarms.raise(sourceStale(subject, stale.day ?? 'its newest day'));
  if (!reports.some(({ outcome }) => outcome === 'papers')) return;
  await alarms.end({ kind: 'source-stale', subject });
}

/** A digest that is made up for waits until each source was asked: this may have been the last. */
async function ringForWaiting(
  { queue, composeAt }: FetchDeps,
  { askedAt }: SourceRecord,
  now: Date,
): Promise<void> {
  for (const kind of DIGEST_KINDS) {
    const due = dueDigest(kind, composeAt, now);
    if (due === null || (askedAt !== null && askedAt >= due.from)) continue;
    await queue.ring('compose', { kind }, `compose-${kind}-after-fetch`);
  }
}
