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

export interface FetchPapersDeps {
  db: Db;
  clock: Clock;
  signal: AbortSignal;
  /** How long a source may take over a list, in ms. @defaultValue ten minutes */
  timeoutMs?: number;
}

/** Less than a source is claimed for: one that gives a little at a time must not be asked twice at once. */
const FETCH_TIMEOUT_MS = 10 * MINUTE_MS;

/** What came of asking a source, as it stands in `fetches`. */
export interface FetchReport extends FetchRecord {
  /** Why it failed; null when it did not. */
  error: SourceError | null;
}

/**
 * Asks a source for the list of a day (without, for the newest), stores what is new or has changed, and writes
 * the fetch down, all in one transaction. A source that fails changes nothing but that, and is told as
 * `failed`.
 * @throws what else went wrong: the database, or the signal.
 */
export async function fetchPapers(
  { db, clock, signal, timeoutMs = FETCH_TIMEOUT_MS }: FetchPapersDeps,
  source: Source,
  { day = null }: { day?: string | null } = {},
): Promise<FetchReport> {
  const startedAt = clock();
  const known = await findValidators(db, source.name);
  const pendingReport = { ...NO_COUNTS, source: source.name, day, startedAt, error: null };
  let result: FetchResult | null;
  const deadline = createDeadline(signal, timeoutMs);
  try {
    result = await source.fetch({
      day,
      validators: known,
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
    await db.transaction((tx) => recordFetch(tx, toFetchRow(report), { broughtDay: null }));
    return report;
  }
  const { papers, revisions, rejected: refused } = result;
  if (refused.length > 0 && papers.length + revisions.length === 0) {
    const detail = `None of its ${refused.length} entries can be read. ${formatPlaces(refused)}`;
    const error = new SourceError('SOURCE_UNREADABLE', detail);
    return recordFailure(
      { db, clock },
      { ...pendingReport, refused: refused.length, detail, error },
    );
  }
  return storeResult({ db, clock }, source, pendingReport, result);
}

function createTimeoutError({ name }: Source, timeoutMs: number): SourceError {
  const problem = `${name} cannot be read: it gave no whole list within ${timeoutMs / 1000} s.`;
  return new SourceError('SOURCE_UNREACHABLE', problem);
}

async function recordFailure(
  { db, clock }: Pick<FetchPapersDeps, 'db' | 'clock'>,
  pendingReport: Omit<FetchReport, 'endedAt' | 'outcome'>,
): Promise<FetchReport> {
  const report: FetchReport = { ...pendingReport, endedAt: clock(), outcome: 'failed' };
  await db.transaction((tx) => recordFetch(tx, toFetchRow(report), { broughtDay: null }));
  return report;
}

const NO_COUNTS = { found: 0, added: 0, updated: 0, refused: 0, detail: null };

async function storeResult(
  { db, clock }: Pick<FetchPapersDeps, 'db' | 'clock'>,
  source: Source,
  pendingReport: Omit<FetchReport, 'endedAt' | 'outcome'>,
  { day, papers, revisions, rejected: refused, validators }: FetchResult,
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
      refused: refused.length,
      detail: describeRefused(refused),
    };
    const broughtDay =
      papers
        .map(({ listedOn }) => listedOn)
        .sort()
        .at(-1) ?? null;
    // A garbled list is read again each time: that it has not changed would be taken for mended.
    const storedValidators = isMostlyUnreadable(report) ? null : validators;
    await recordFetch(tx, toFetchRow(report), { validators: storedValidators, broughtDay });
    return report;
  });
}

/** An old list is one whose papers the source had all listed before, on a day on which it lists new ones.
 *  Where a list is there at once, papers and revisions that tell an earlier day themselves are old too: after
 *  an outage the list of yesterday is not known. */
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

/** New versions of papers that are not stored are no news. Of those that are, the days stay. */
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

/** The first places tell enough. */
const MAX_PLACES = 3;

function describeRefused(refused: FetchResult['rejected']): string | null {
  if (refused.length === 0) return null;
  return `Could not be read: ${refused.length} of the list. ${formatPlaces(refused)}`;
}

function formatPlaces(refused: FetchResult['rejected']): string {
  const places = refused.slice(0, MAX_PLACES).map(({ place, reason }) => `${place}: ${reason}`);
  return places.join(' ');
}

function toFetchRow({ error: _error, ...row }: FetchReport): FetchRecord {
  return row;
}
