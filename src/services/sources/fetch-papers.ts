import type { Db } from '../../db/client.ts';
import { findPapersByIds } from '../../db/papers/papers.ts';
import { countListedBefore } from '../../db/papers/source-records.ts';
import { findValidators, recordFetch } from '../../db/sources/fetches.ts';
import type { ListedPaper } from '../../domain/papers/paper.ts';
import {
  type FetchOutcome,
  type FetchResult,
  isMostlyUnreadable,
  type Source,
} from '../../domain/sources/source.ts';
import { SourceError } from '../../domain/sources/source-error.ts';
import type { FetchRecord } from '../../domain/sources/source-history.ts';
import type { Clock } from '../../domain/time/clock.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import { createDeadline } from '../../sources/http/deadline.ts';
import { type StoredCounts, storePapers } from '../papers/store-papers.ts';

interface FetchPapersDeps {
  db: Db;
  clock: Clock;
  signal: AbortSignal;
  /** Time limit for a list, in ms. @defaultValue ten minutes */
  timeoutMs?: number;
}

/** Shorter than the claim on a source: a slow source must not be fetched twice at once. */
const FETCH_TIMEOUT_MS = 10 * MINUTE_MS;

/** The outcome of a fetch, with its error. */
export interface FetchReport extends FetchRecord {
  /** Null unless the fetch failed. */
  error: SourceError | null;
}

/**
 * Fetches the list of a day (the newest list without a day), and stores its new and changed papers
 * and the fetch itself in one transaction. A failure of the source is recorded and returned as
 * `failed`.
 * @throws errors of the database, and the reason of `signal`.
 */
export async function fetchPapers(
  { db, clock, signal, timeoutMs = FETCH_TIMEOUT_MS }: FetchPapersDeps,
  source: Source,
  { day = null }: { day?: string | null } = {},
): Promise<FetchReport> {
  const startedAt = clock();
  const validators = await findValidators(db, source.name);
  const pendingReport = { ...NO_COUNTS, source: source.name, day, startedAt, error: null };
  let result: FetchResult | null;
  const deadline = createDeadline(signal, timeoutMs);
  try {
    result = await source.fetch({
      day,
      validators,
      now: startedAt,
      signal: deadline.signal,
    });
  } catch (thrown) {
    const error = deadline.hasExpired() ? createTimeoutError(source, timeoutMs) : thrown;
    if (!(error instanceof SourceError)) throw error;
    return recordFailure({ db, clock }, { ...pendingReport, detail: error.message, error });
  } finally {
    deadline.clear();
  }
  if (result === null) {
    const report = { ...pendingReport, endedAt: clock(), outcome: 'unchanged' as const };
    await db.transaction((tx) => recordFetch(tx, toFetchRow(report), { newestListDay: null }));
    return report;
  }
  const { papers, revisions, rejected } = result;
  if (rejected.length > 0 && papers.length + revisions.length === 0) {
    const detail = `The list has no valid entry. ${formatPlaces(rejected)}`;
    const error = new SourceError('SOURCE_UNREADABLE', detail);
    return recordFailure(
      { db, clock },
      { ...pendingReport, refused: rejected.length, detail, error },
    );
  }
  return storeResult({ db, clock }, source, pendingReport, result);
}

function createTimeoutError({ name }: Source, timeoutMs: number): SourceError {
  const problem = `${name} cannot be read: it returned no complete list within ${timeoutMs / 1000} s.`;
  return new SourceError('SOURCE_UNREACHABLE', problem);
}

async function recordFailure(
  { db, clock }: Pick<FetchPapersDeps, 'db' | 'clock'>,
  pendingReport: Omit<FetchReport, 'endedAt' | 'outcome'>,
): Promise<FetchReport> {
  const report: FetchReport = { ...pendingReport, endedAt: clock(), outcome: 'failed' };
  await db.transaction((tx) => recordFetch(tx, toFetchRow(report), { newestListDay: null }));
  return report;
}

const NO_COUNTS = { found: 0, added: 0, updated: 0, refused: 0, detail: null };

async function storeResult(
  { db, clock }: Pick<FetchPapersDeps, 'db' | 'clock'>,
  source: Source,
  pendingReport: Omit<FetchReport, 'endedAt' | 'outcome'>,
  { day, papers, revisions, rejected, validators }: FetchResult,
): Promise<FetchReport> {
  return db.transaction(async (tx) => {
    const outcome = await classifyList(tx, source, { day, papers, revisions });
    const now = clock();
    const counts = await storePapers(tx, papers, now);
    const revised = await storePapers(tx, await keepKnownPapers(tx, revisions), now);
    const report: FetchReport = {
      ...pendingReport,
      day: day ?? pendingReport.day,
      endedAt: clock(),
      outcome,
      found: papers.length + revisions.length,
      ...addCounts(counts, revised),
      refused: rejected.length,
      detail: describeRejected(rejected),
    };
    const newestListDay =
      papers
        .map(({ listedOn }) => listedOn)
        .sort()
        .at(-1) ?? null;
    // Without validators a broken list is read again each time; “unchanged” would look like
    // recovery.
    const storedValidators = isMostlyUnreadable(report) ? null : validators;
    await recordFetch(tx, toFetchRow(report), { validators: storedValidators, newestListDay });
    return report;
  });
}

/**
 * A list is stale when it should be new, but the source had listed all its papers before. In a list
 * published at once, papers and revisions with an earlier day are old too: after an outage
 * yesterday's list is not stored.
 */
async function classifyList(
  tx: Db,
  source: Source,
  { day, papers, revisions }: Pick<FetchResult, 'day' | 'papers' | 'revisions'>,
): Promise<FetchOutcome> {
  if (papers.length + revisions.length === 0) return 'empty';
  if (day === null || !source.listsOn(day)) return 'papers';
  const isDatedEarlier = ({ listedOn }: ListedPaper) =>
    source.usableAfterDays === 0 && listedOn < day;
  if (papers.length === 0) return revisions.every(isDatedEarlier) ? 'stale' : 'papers';
  const paperIds = [...new Set(papers.filter((each) => !isDatedEarlier(each)).map(({ id }) => id))];
  const knownCount = await countListedBefore(tx, { source: source.origin, day, paperIds });
  return knownCount === paperIds.length ? 'stale' : 'papers';
}

/** Keeps the revisions of stored papers, with the days of the stored ones. */
async function keepKnownPapers(tx: Db, revisions: readonly ListedPaper[]): Promise<ListedPaper[]> {
  const known = await findPapersByIds(tx, [...new Set(revisions.map(({ id }) => id))]);
  const byId = new Map(known.map((paper) => [paper.id, paper]));
  return revisions.flatMap((paper) => {
    const { listedOn, usableOn } = byId.get(paper.id) ?? {};
    if (listedOn === undefined || usableOn === undefined) return [];
    return [{ ...paper, listedOn, usableOn }];
  });
}

function addCounts(a: StoredCounts, b: StoredCounts): StoredCounts {
  return { added: a.added + b.added, updated: a.updated + b.updated };
}

/** A few examples are enough to find the cause. */
const MAX_PLACES = 3;

function describeRejected(rejected: FetchResult['rejected']): string | null {
  if (rejected.length === 0) return null;
  const subject = rejected.length === 1 ? '1 entry is' : `${rejected.length} entries are`;
  return `${subject} invalid. ${formatPlaces(rejected)}`;
}

function formatPlaces(rejected: FetchResult['rejected']): string {
  const places = rejected.slice(0, MAX_PLACES).map(({ place, reason }) => `${place}: ${reason}`);
  return places.join(' ');
}

function toFetchRow({ error: _error, ...row }: FetchReport): FetchRecord {
  return row;
}
