import { lockLearning } from '../../db/feedback/feedback.ts';
import { claimLookup, recordLookup } from '../../db/library/library-lookups.ts';
import {
  type LibraryPaper,
  listPapersByAuthor,
  listToLookUp,
  setLookedUp,
} from '../../db/library/library-papers.ts';
import { buildLibraryEntry, type LibraryEntry } from '../../domain/library/library-entry.ts';
import {
  computeLookupRetryTime,
  type LibraryLookup,
  type LookupKind,
} from '../../domain/library/library-lookup.ts';
import { SourceError } from '../../domain/sources/source-error.ts';
import { MINUTE_MS } from '../../domain/time/units.ts';
import type { LibrarySources } from '../../sources/lookups/open-lookups.ts';
import { relearn } from '../feedback/relearn.ts';
import { addToLibrary, type LibraryDeps } from './import-library.ts';

interface LookUpDeps extends LibraryDeps {
  librarySources: LibrarySources;
  /** Aborted when the process is to end. */
  stopping: AbortSignal;
}

/** How long a process may take over a lookup before another one tries, in ms: hundreds of papers
 *  wait for the crawl delays of their hosts. */
const CLAIM_MS = 30 * MINUTE_MS;

/** Papers per request: arXiv and Crossref answer these within seconds. */
const ARXIV_BATCH = 100;
const DOI_BATCH = 20;

/** Most papers that a name adds. The newest say most about what its owner works on now. */
const MAX_PAPERS_BY_NAME = 50;

/**
 * Does what is due to be looked up for a subscriber's library, one lookup after the other. A site
 * that fails is asked again later; one that refuses the request is not.
 * @throws the reason of `stopping`, and errors of the database; the lookup is then due again.
 */
export async function lookUpLibrary(deps: LookUpDeps, subscriberId: number): Promise<void> {
  const { db, clock, stopping } = deps;
  for (;;) {
    stopping.throwIfAborted();
    const now = clock();
    const until = new Date(now.getTime() + CLAIM_MS);
    const lookup = await claimLookup(db, subscriberId, now, until);
    if (lookup === null) return;
    try {
      const found = await LOOKUPS[lookup.kind](deps, subscriberId, lookup.query);
      await recordLookup(db, subscriberId, lookup, { state: 'done', found, endedAt: clock() });
    } catch (error) {
      await recordLookup(db, subscriberId, lookup, decideFailure(lookup, error, deps));
      if (!(error instanceof SourceError)) throw error;
    }
  }
}

function decideFailure(
  lookup: LibraryLookup,
  error: unknown,
  { clock, stopping }: Pick<LookUpDeps, 'clock' | 'stopping'>,
) {
  const now = clock();
  if (stopping.aborted)
    return { state: 'pending', attempts: lookup.attempts, nextAt: now } as const;
  const attempts = lookup.attempts + 1;
  const failure = error instanceof SourceError ? error : null;
  const nextAt =
    failure !== null && isRefusal(failure)
      ? null
      : computeLookupRetryTime(attempts, { now, retryAfterMs: failure?.retryAfterMs ?? null });
  return nextAt === null
    ? ({ state: 'failed', attempts, endedAt: now } as const)
    : ({ state: 'pending', attempts, nextAt } as const);
}

/** The site understood the request and has no answer, such as 404 for an unknown ORCID iD. */
function isRefusal({ code, status }: SourceError): boolean {
  return code === 'SOURCE_UNREACHABLE' && status !== null && status >= 400 && status < 500;
}

/** Each returns the number of papers found. */
const LOOKUPS: Record<
  LookupKind,
  (deps: LookUpDeps, subscriberId: number, query: string) => Promise<number>
> = {
  papers: lookUpPapers,
  orcid: async (deps, subscriberId, orcid) => {
    const { librarySources, stopping } = deps;
    const entries = await librarySources.findByOrcid(orcid, MAX_PAPERS_BY_NAME, stopping);
    await addToLibrary(deps, subscriberId, entries);
    return entries.length;
  },
  author: async (deps, subscriberId, name) => {
    const { db, librarySources, stopping } = deps;
    const stored = await listPapersByAuthor(db, name, MAX_PAPERS_BY_NAME);
    await addToLibrary(deps, subscriberId, stored.flatMap(toLibraryEntry));
    const found = await librarySources.findByAuthor(name, MAX_PAPERS_BY_NAME, stopping);
    await addToLibrary(deps, subscriberId, found);
    const ids = new Set(stored.map(({ id }) => id));
    return ids.size + found.filter(({ arxivId }) => arxivId !== null && !ids.has(arxivId)).length;
  },
};

function toLibraryEntry(paper: { id: string; title: string; abstract: string }): LibraryEntry[] {
  const { id, title, abstract } = paper;
  const entry = buildLibraryEntry({ title, abstract, doi: id, mentions: [id] });
  return entry === null ? [] : [entry];
}

/** Looks up titles and abstracts, by arXiv id where there is one. */
async function lookUpPapers(deps: LookUpDeps, subscriberId: number): Promise<number> {
  const { db, librarySources, stopping } = deps;
  const papers = await listToLookUp(db, subscriberId);
  const byArxiv = papers.filter(({ arxivId }) => arxivId !== null);
  const byDoi = papers.filter(({ arxivId }) => arxivId === null);
  let found = 0;
  for (const batch of splitIntoBatches(byArxiv, ARXIV_BATCH)) {
    const ids = batch.map(({ arxivId }) => arxivId ?? '');
    const entries = await findInParts(librarySources.findByArxivIds, ids, stopping);
    found += await storeFound(
      deps,
      subscriberId,
      batch,
      byKey(entries, ({ arxivId }) => arxivId),
    );
  }
  for (const batch of splitIntoBatches(byDoi, DOI_BATCH)) {
    const dois = batch.map(({ doi }) => doi ?? '');
    const entries = await findInParts(librarySources.findByDois, dois, stopping);
    found += await storeFound(
      deps,
      subscriberId,
      batch,
      byKey(entries, ({ doi }) => doi),
    );
  }
  return found;
}

/** One id that a site refuses must not cost the others: the two halves are asked for apart. */
async function findInParts(
  find: LibrarySources['findByDois'],
  ids: readonly string[],
  signal: AbortSignal,
): Promise<LibraryEntry[]> {
  try {
    return await find(ids, signal);
  } catch (error) {
    if (!(error instanceof SourceError) || !isRefusal(error)) throw error;
    if (ids.length === 1) return [];
    const half = Math.ceil(ids.length / 2);
    return [
      ...(await findInParts(find, ids.slice(0, half), signal)),
      ...(await findInParts(find, ids.slice(half), signal)),
    ];
  }
}

function byKey(entries: readonly LibraryEntry[], keyOf: (entry: LibraryEntry) => string | null) {
  return new Map(entries.map((entry) => [keyOf(entry) ?? '', entry]));
}

/** Stores and learns what was found for a batch. A title of the subscriber's own file stays. */
async function storeFound(
  { db, clock, termStatistics }: LookUpDeps,
  subscriberId: number,
  batch: readonly LibraryPaper[],
  entries: ReadonlyMap<string, LibraryEntry>,
): Promise<number> {
  const now = clock();
  const idf = await termStatistics();
  return db.transaction(async (tx) => {
    const subscriber = await lockLearning(tx, subscriberId);
    if (!subscriber) return 0;
    let found = 0;
    for (const { position, title, arxivId, doi } of batch) {
      const entry = entries.get(arxivId ?? doi ?? '') ?? null;
      const fields = entry && { title: title || entry.title, abstract: entry.abstract };
      await setLookedUp(tx, { subscriberId, position }, fields, now);
      if (entry) found += 1;
    }
    if (found > 0) await relearn(tx, subscriberId, subscriber, { idf, now });
    return found;
  });
}

function splitIntoBatches<Item>(items: readonly Item[], size: number): Item[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size));
}
