import { lockLearning } from '../../db/feedback/feedback.ts';
import { requestLookup } from '../../db/library/library-lookups.ts';
import {
  addLibraryPapers,
  findStoredPapers,
  listLibrary,
  listToLookUp,
} from '../../db/library/library-papers.ts';
import {
  type LibraryEntry,
  listEntryKeys,
  MAX_LIBRARY_PAPERS,
} from '../../domain/library/library-entry.ts';
import type { LibraryFormat } from '../../domain/library/library-format.ts';
import { type FeedbackDeps, relearn } from '../feedback/relearn.ts';
import { requireConfirmed } from '../subscribers/require-confirmed.ts';
import { readLibrary } from './read-library.ts';

/** What became of the entries of an import. */
export interface LibraryReport extends AddedPapers {
  format: LibraryFormat;
  /** Entries that were read: those below add up to it. */
  entries: number;
  /** Entries that could not be read. */
  unreadable: number;
  /** Entries with neither a title nor an id. */
  untitled: number;
  /** Whether more entries followed that were not read. */
  isCut: boolean;
}

/** What became of papers. */
interface AddedPapers {
  added: number;
  /** Those of the added ones that are stored here. */
  matched: number;
  /** Papers that the library already had, or that were named twice. */
  known: number;
  /** Papers beyond the limit of a library. */
  overLimit: number;
  /** Number of papers in the library now. */
  total: number;
}

/** What the services of a library need. */
export interface LibraryDeps extends FeedbackDeps {
  /** Whether titles and abstracts may be looked up at other sites. */
  allowsLookups: boolean;
}

/**
 * Adds the papers of a text to a subscriber's library and learns from them: BibTeX, RIS, CSV, JSON,
 * or a list of ids and titles. Papers that are stored here are recognised; for the others a lookup
 * is requested if they have an id and no abstract.
 * @throws PaperboyError `NOT_CONFIRMED` until the subscriber has confirmed the address: an import
 * teaches nobody else. `UNKNOWN_TOKEN` when there is no such subscriber.
 */
export async function importLibrary(
  deps: LibraryDeps,
  subscriberId: number,
  text: string,
): Promise<LibraryReport> {
  await requireConfirmed(deps.db, subscriberId);
  const { format, entries, repeated, unreadable, untitled, isCut } = await readLibrary(text);
  const result = await addToLibrary(deps, subscriberId, entries);
  return {
    ...result,
    format,
    entries: entries.length + repeated + unreadable + untitled,
    known: result.known + repeated,
    unreadable,
    untitled,
    isCut,
  };
}

/** Adds papers that the library does not have yet and learns from them, in one transaction. */
export async function addToLibrary(
  { db, clock, termStatistics, allowsLookups }: LibraryDeps,
  subscriberId: number,
  entries: readonly LibraryEntry[],
): Promise<AddedPapers> {
  const now = clock();
  const idf = await termStatistics();
  const paperIds = await findStoredPapers(db, entries);
  return db.transaction(async (tx) => {
    const subscriber = await lockLearning(tx, subscriberId);
    const library = await listLibrary(tx, subscriberId);
    const fresh = selectNew(
      entries.map((entry, index) => ({ ...entry, paperId: paperIds[index] ?? null })),
      library,
    );
    const added = subscriber
      ? fresh.slice(0, Math.max(0, MAX_LIBRARY_PAPERS - library.length))
      : [];
    const result = {
      added: added.length,
      matched: added.filter(({ paperId }) => paperId !== null).length,
      known: entries.length - fresh.length,
      overLimit: fresh.length - added.length,
      total: library.length + added.length,
    };
    if (!subscriber || added.length === 0) return result;
    await addLibraryPapers(tx, subscriberId, added, now);
    await relearn(tx, subscriberId, subscriber, { idf, now });
    if (allowsLookups && (await listToLookUp(tx, subscriberId)).length > 0)
      await requestLookup(tx, { subscriberId, kind: 'papers', query: '' }, now);
    return result;
  });
}

type NewPaper = LibraryEntry & { paperId: string | null };

/** The papers that are not in the library, each once: two ids may lead to one stored paper. */
function selectNew(entries: readonly NewPaper[], library: readonly NewPaper[]): NewPaper[] {
  const keysOf = ({ paperId, ...entry }: NewPaper) => [
    ...listEntryKeys(entry),
    ...(paperId === null ? [] : [`paper:${paperId}`]),
  ];
  const known = new Set(library.flatMap(keysOf));
  return entries.filter((entry) => {
    const keys = keysOf(entry);
    const isNew = !keys.some((key) => known.has(key));
    for (const key of keys) known.add(key);
    return isNew;
  });
}
