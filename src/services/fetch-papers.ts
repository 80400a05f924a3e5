import type { Db } from '../db/client.ts';
import { type FetchRow, findValidators, recordFetch } from '../db/fetches.ts';
import { listedBefore } from '../db/listings.ts';
import { findPapers } from '../db/papers.ts';
import type { Clock } from '../domain/clock.ts';
import { type Fetched, type FetchOutcome, isGarbled, type Source } from '../domain/fetched.ts';
import type { ListedPaper } from '../domain/paper.ts';
import { SourceError } from '../domain/source-error.ts';
import { openDeadline } from '../sources/deadline.ts';
import { type StoredCounts, storePapers } from './support/store-papers.ts';

export interface FetchDeps {
  db: Db;
  clock: Clock;
  signal: AbortSignal;
  /** How long a source may take over a list, in ms. @defaultValue ten minutes */
  mostMs?: number;
}

/** Less than a source is claimed for: one that gives a little at a time must not be asked twice at once. */
const MOST_MS = 10 * 60_000;

/** What came of asking a source, as it stands in `fetches`. */
export interface FetchReport extends FetchRow {
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
  { db, clock, signal, mostMs = MOST_MS }: FetchDeps,
  source: Source,
  { day = null }: { day?: string | null } = {},
): Promise<FetchReport> {
  const startedAt = clock();
  const known = await findValidators(db, source.name);
  const begun = { ...NOTHING, source: source.name, day, startedAt, error: null };
  let fetched: Fetched | null;
  const deadline = openDeadline(signal, mostMs);
  try {
    fetched = await source.fetch({ day, known, now: startedAt, signal: deadline.signal });
  } catch (thrown) {
    const error = deadline.isOver() ? tooSlow(source, mostMs) : thrown;
    if (!(error instanceof SourceError)) throw error;
    return fail({ db, clock }, { ...begun, detail: error.message, error });
  } finally {
    deadline.clear();
  }
  if (fetched === null) {
    const report = { ...begun, endedAt: clock(), outcome: 'unchanged' as const };
    await db.transaction((tx) => recordFetch(tx, rowOf(report), { broughtDay: null }));
    return report;
  }
  const { papers, revisions, refused } = fetched;
  if (refused.length > 0 && papers.length + revisions.length === 0) {
    const detail = `None of its ${refused.length} entries can be read. ${placesOf(refused)}`;
    const error = new SourceError('SOURCE_UNREADABLE', detail);
    return fail({ db, clock }, { ...begun, refused: refused.length, detail, error });
  }
  return store({ db, clock }, source, begun, fetched);
}

function tooSlow({ name }: Source, mostMs: number): SourceError {
  const problem = `${name} cannot be read: it gave no whole list within ${mostMs / 1000} s.`;
  return new SourceError('SOURCE_UNREACHABLE', problem);
}

async function fail(
  { db, clock }: Pick<FetchDeps, 'db' | 'clock'>,
  begun: Omit<FetchReport, 'endedAt' | 'outcome'>,
): Promise<FetchReport> {
  const report: FetchReport = { ...begun, endedAt: clock(), outcome: 'failed' };
  await db.transaction((tx) => recordFetch(tx, rowOf(report), { broughtDay: null }));
  return report;
}

const NOTHING = { found: 0, added: 0, updated: 0, refused: 0, detail: null };

async function store(
  { db, clock }: Pick<FetchDeps, 'db' | 'clock'>,
  source: Source,
  begun: Omit<FetchReport, 'endedAt' | 'outcome'>,
  { day, papers, revisions, refused, validators }: Fetched,
): Promise<FetchReport> {
  return db.transaction(async (tx) => {
    const outcome = await judge(tx, source, { day, papers, revisions });
    const now = clock();
    const counts = await storePapers(tx, papers, now);
    const revised = await storePapers(tx, await onlyKnown(tx, revisions), now);
    const report: FetchReport = {
      ...begun,
      day: day ?? begun.day,
      endedAt: clock(),
      outcome,
      found: papers.length + revisions.length,
      ...sum(counts, revised),
      refused: refused.length,
      detail: detailOf(refused),
    };
    const broughtDay =
      papers
        .map(({ listedOn }) => listedOn)
        .sort()
        .at(-1) ?? null;
    // A garbled list is read again each time: that it has not changed would be taken for mended.
    const kept = isGarbled(report) ? null : validators;
    await recordFetch(tx, rowOf(report), { validators: kept, broughtDay });
    return report;
  });
}

/** An old list is one whose papers the source had all listed before, on a day on which it lists new ones.
 *  Where a list is there at once, papers and revisions that tell an earlier day themselves are old too: after
 *  an outage the list of yesterday is not known. */
async function judge(
  tx: Db,
  source: Source,
  { day, papers, revisions }: Pick<Fetched, 'day' | 'papers' | 'revisions'>,
): Promise<FetchOutcome> {
  if (papers.length + revisions.length === 0) return 'empty';
  if (day === null || !source.listsOn(day)) return 'papers';
  const tellsOld = ({ listedOn }: ListedPaper) => source.usableAfterDays === 0 && listedOn < day;
  if (papers.length === 0) return revisions.every(tellsOld) ? 'stale' : 'papers';
  const paperIds = [...new Set(papers.filter((each) => !tellsOld(each)).map(({ id }) => id))];
  const old = await listedBefore(tx, { source: source.origin, day, paperIds });
  return old === paperIds.length ? 'stale' : 'papers';
}

/** New versions of papers that are not stored are no news. Of those that are, the days stay. */
async function onlyKnown(tx: Db, revisions: readonly ListedPaper[]): Promise<ListedPaper[]> {
  const known = await findPapers(tx, [...new Set(revisions.map(({ id }) => id))]);
  const byId = new Map(known.map((paper) => [paper.id, paper]));
  return revisions.flatMap((paper) => {
    const { listedOn, usableOn } = byId.get(paper.id) ?? {};
    if (listedOn === undefined || usableOn === undefined) return [];
    return [{ ...paper, listedOn, usableOn }];
  });
}

function sum(a: StoredCounts, b: StoredCounts): StoredCounts {
  return { added: a.added + b.added, updated: a.updated + b.updated };
}

/** The first places tell enough. */
const MOST_PLACES = 3;

function detailOf(refused: Fetched['refused']): string | null {
  if (refused.length === 0) return null;
  return `Could not be read: ${refused.length} of the list. ${placesOf(refused)}`;
}

function placesOf(refused: Fetched['refused']): string {
  const places = refused.slice(0, MOST_PLACES).map(({ place, reason }) => `${place}: ${reason}`);
  return places.join(' ');
}

function rowOf({ error: _error, ...row }: FetchReport): FetchRow {
  return row;
}
