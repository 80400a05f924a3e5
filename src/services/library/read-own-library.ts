import type { Db } from '../../db/client.ts';
import { listLookups } from '../../db/library/library-lookups.ts';
import { type LibraryPaper, listLibrary } from '../../db/library/library-papers.ts';
import type { LibraryLookup } from '../../domain/library/library-lookup.ts';

/** A subscriber's library, the last added paper first, and what is or was looked up for it. */
export async function readOwnLibrary(
  db: Db,
  subscriberId: number,
): Promise<{ papers: LibraryPaper[]; lookups: LibraryLookup[] }> {
  return {
    papers: await listLibrary(db, subscriberId),
    lookups: await listLookups(db, subscriberId),
  };
}
